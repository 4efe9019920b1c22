'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useFormat } from '#components/format'
import { Loading, Problem } from '#components/states'
import { useNow } from '#components/time'
import { useOutlook } from './queries'

/** Schedules whose last success is too long ago. */
export function Overdue() {
  const t = useTranslations('dashboard.overdue')
  const format = useFormat()
  const now = useNow()
  const { data, error, isPending, refetch } = useOutlook()
  const items = data?.overdue.items ?? []
  const more = (data?.overdue.count ?? 0) - items.length
  return (
    <section id="overdue" className="panel flex min-w-0 flex-col" aria-label={t('title')}>
      <div className="px-4 py-3">
        <h2>{t('title')}</h2>
        <p className="text-muted text-sm">{t('text')}</p>
      </div>
      {isPending ? (
        <Loading rows={3} />
      ) : error !== null ? (
        <div className="p-4">
          <Problem error={error} retry={() => void refetch()} />
        </div>
      ) : items.length === 0 ? (
        <p className="text-muted px-4 pb-4 text-sm">{t('none')}</p>
      ) : (
        <ul
          className="divide-line border-line max-h-80 divide-y overflow-auto border-t text-sm"
          tabIndex={0}
          aria-label={t('title')}
        >
          {items.map((one) => (
            <li key={one.name} className="px-4 py-2">
              <Link className="link break-all" href={`/schedules/${encodeURIComponent(one.name)}`}>
                {one.name}
              </Link>
              <p className="text-muted text-xs" suppressHydrationWarning>
                {t(one.lastSuccessAt === null ? 'never' : 'since', { when: format.relative(one.since, now) })} ·{' '}
                {t('failed', { count: one.failedInRow })}
              </p>
            </li>
          ))}
          {more > 0 && <li className="text-muted px-4 py-2">{t('more', { count: more })}</li>}
        </ul>
      )}
    </section>
  )
}
