import { CircleAlert, Inbox } from 'lucide-react'
import { useTranslations } from 'next-intl'

export function Empty({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className="text-muted flex flex-col items-center gap-1 px-4 py-12 text-center">
      <Inbox aria-hidden className="mb-1 size-6" />
      <p className="text-ink font-medium">{title}</p>
      {children}
    </div>
  )
}

export function Problem({ error, retry }: { error: Error; retry?: () => void }) {
  const t = useTranslations('common')
  return (
    <div role="alert" className="bg-bad-soft text-ink flex items-start gap-3 rounded-lg p-4 text-sm">
      <CircleAlert aria-hidden className="text-bad mt-0.5 size-4 shrink-0" />
      <div>
        <p>{error.message}</p>
        {retry && (
          <button type="button" className="link mt-1" onClick={retry}>
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
