'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Loading } from '#components/states'
import { Ago } from '#components/time'
import { listScheduleHistory } from '#lib/contract/schedule-history'
import { api, useMay } from '../../queries'

/** Who saved the schedule last, when and why; each leads to its comparison. */
export function LastSaves({ name }: { name: string }) {
  const t = useTranslations('schedules.history')
  const allowed = useMay('schedules.read')
  const query = useQuery({
    queryKey: ['schedule', name, 'history', 'last'],
    queryFn: () => api.call(listScheduleHistory, { params: { name }, query: { limit: 6 } }),
    enabled: allowed,
  })
  if (!allowed) return null
  const here = `/schedules/${encodeURIComponent(name)}/history`
  const entries = query.data?.items ?? []
  return (
    <section className="panel" aria-label={t('title')}>
      <h2 className="border-line border-b px-4 py-3">{t('title')}</h2>
      {query.isPending ? (
        <Loading rows={3} />
      ) : (
        <ul className="divide-line divide-y">
          {entries.map((entry) => (
            <li key={entry.id} className="flex flex-wrap items-baseline justify-between gap-x-4 px-4 py-2.5 text-sm">
              <span className="min-w-0">
                <Link className="link font-medium" href={`${here}?to=${entry.version}`}>
                  {t('version', { version: entry.version })}
                </Link>{' '}
                <span dir="auto" className="text-muted break-words">
                  {entry.author}
                  {entry.comment !== null && `: ${entry.comment}`}
                </span>
              </span>
              <span className="text-muted">
                <Ago date={entry.at} />
              </span>
            </li>
          ))}
          {entries.length === 0 && <li className="text-muted px-4 py-3 text-sm">{t('none')}</li>}
        </ul>
      )}
      {typeof query.data?.next === 'string' && (
        <div className="px-4 py-2.5 text-sm">
          <Link className="link" href={here}>
            {t('all')}
          </Link>
        </div>
      )}
    </section>
  )
}
