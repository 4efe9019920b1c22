import { CircleAlert, Inbox, type LucideIcon } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { CroftError } from '#lib/core/error'

/** Nothing to show, what would be here, and how it gets here: `children` teaches, `action` begins it. */
export function Empty({
  title,
  icon: Icon = Inbox,
  action,
  children,
}: {
  title: string
  icon?: LucideIcon
  action?: React.ReactNode
  children?: React.ReactNode
}) {
  return (
    <div className="text-muted flex flex-col items-center gap-1 px-4 py-12 text-center">
      <Icon aria-hidden className="mb-1 size-6" />
      <p className="text-ink font-medium">{title}</p>
      {children && <div className="max-w-prose text-sm">{children}</div>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  )
}

/** What happened (in the farm's own words), what it means and what to do. */
export function Problem({ error, retry }: { error: Error; retry?: () => void }) {
  const t = useTranslations('common')
  const kind = error instanceof CroftError ? error.code : error.name === 'Unreachable' ? 'unreachable' : 'other'
  const fields = error instanceof CroftError ? Object.entries(error.fields) : []
  return (
    <div role="alert" className="bg-bad-soft text-ink flex items-start gap-3 rounded-lg p-4 text-sm">
      <CircleAlert aria-hidden className="text-bad mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 space-y-1 wrap-anywhere">
        <p className="font-medium">{error.message}</p>
        {fields.length > 0 && (
          <ul>
            {fields.map(([path, why]) => (
              <li key={path}>
                <code className="text-[0.92em]">{path}</code> {why.join(', ')}
              </li>
            ))}
          </ul>
        )}
        <p>
          {t(`problem.${kind}.meaning`)} {t(`problem.${kind}.todo`)}
        </p>
        {retry && (
          <button type="button" className="link font-medium" onClick={retry}>
            {t('tryAgain')}
          </button>
        )}
      </div>
    </div>
  )
}

/** A page that cannot be shown. */
export function PageProblem({ title, error, retry }: { title: string; error: Error; retry: () => void }) {
  return (
    <>
      <h1 className="mb-4">{title}</h1>
      <Problem error={error} retry={retry} />
    </>
  )
}

export function Loading({ rows = 5 }: { rows?: number }) {
  const t = useTranslations('common')
  return (
    <div role="status" aria-label={t('loading')} className="space-y-3 p-4">
      {Array.from({ length: rows }, (_, index) => (
        <div
          key={index}
          className="bg-sunken h-5 animate-pulse rounded"
          style={{ width: `${95 - ((index * 17) % 40)}%` }}
        />
      ))}
    </div>
  )
}
