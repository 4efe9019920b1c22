import { useTranslations } from 'next-intl'
import type { FieldErrors } from '#lib/core/error'

/** What is wrong, field by field. */
export function Complaints({ title, fields }: { title: string; fields: FieldErrors }) {
  return (
    <section aria-label={title} className="border-warn/40 bg-panel rounded-xl border">
      <h2 className="text-warn px-4 pt-3">{title}</h2>
      <ul className="space-y-1 px-4 py-3 text-sm">
        {Object.entries(fields).map(([path, why]) => (
          <li key={path}>
            <code className="text-[0.92em] font-medium break-all">{path.replace(/^config\.params\./, '')}</code>{' '}
            {why.join(', ')}
          </li>
        ))}
      </ul>
    </section>
  )
}

export function InvalidBadge() {
  const t = useTranslations('common')
  return (
    <span className="text-warn border-warn/40 inline-block rounded border px-1.5 text-xs font-medium">
      {t('invalid')}
    </span>
  )
}
