import { useTranslations } from 'next-intl'

/** Whether the page follows the farm. */
export function LiveDot({ open }: { open: boolean }) {
  const t = useTranslations('shell')
  return (
    <span className="text-muted inline-flex items-center gap-1.5 text-xs" role="status">
      <span aria-hidden className={`size-1.5 rounded-full ${open ? 'bg-good' : 'bg-warn'}`} />
      {open ? t('live') : t('connecting')}
    </span>
  )
}
