'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useFormat } from '#components/format'
import { Gantt, type Bar } from '#components/gantt'
import { Loading, Problem } from '#components/states'
import { useNow } from '#components/time'
import { useBars } from '../workers/[name]/history'
import { useTimeline } from './queries'

const HOURS = 12
const LOOKS: { look: Bar['look']; className: string }[] = [
  { look: 'succeeded', className: 'bg-[var(--plot-1)]' },
  { look: 'failed', className: 'bg-[var(--plot-2)]' },
  { look: 'canceled', className: 'bg-[var(--plot-6)]' },
  { look: 'running', className: 'bg-[var(--plot-3)]' },
  { look: 'next', className: 'border border-dashed border-ink' },
]

/** What each worker ran, runs and would take next. */
export function Timeline() {
  const t = useTranslations('dashboard.timeline')
  const words = useTranslations('workers.one')
  const dashboard = useTranslations('dashboard')
  const format = useFormat()
  const now = useNow()
  const bars = useBars()
  const list = useTimeline(HOURS)
  const lanes = list.data?.pages.flatMap((page) => page.items) ?? []
  const minute = Math.floor(now / 60_000) * 60_000
  const drawn = lanes.map((lane) => ({
    id: lane.worker,
    label: lane.worker,
    href: `/workers/${encodeURIComponent(lane.worker)}`,
    bars: bars(lane),
  }))
  return (
    <section className="panel" aria-label={t('title')}>
      <div className="border-line border-b px-4 py-3">
        <h2>{t('title')}</h2>
        <p className="text-muted text-sm">{t('text', { hours: HOURS })}</p>
        <ul className="text-muted mt-1 flex flex-wrap gap-x-4 text-xs" aria-hidden>
          {LOOKS.map(({ look, className }) => (
            <li key={look} className="flex items-center gap-1.5">
              <span className={`size-2.5 rounded-xs ${className}`} /> {words(`outcomes.${look}`)}
            </li>
          ))}
        </ul>
      </div>
      {list.isPending ? (
        <Loading rows={4} />
      ) : list.error !== null ? (
        <div className="p-4">
          <Problem error={list.error} retry={() => void list.refetch()} />
        </div>
      ) : lanes.length === 0 ? (
        <p className="text-muted px-4 py-3 text-sm">{t('none')}</p>
      ) : (
        <div className="space-y-3 p-4">
          <Gantt lanes={drawn} from={minute - HOURS * 3_600_000} to={minute + (HOURS * 3_600_000) / 3} now={now} />
          {list.hasNextPage && (
            <button
              type="button"
              className="button"
              disabled={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              {t('more')}
            </button>
          )}
          <details className="text-sm">
            <summary className="text-muted w-fit cursor-pointer text-xs">{dashboard('asTable')}</summary>
            <div className="mt-2 max-h-96 overflow-auto" role="region" aria-label={t('title')} tabIndex={0}>
              <table className="data-table">
                <thead>
                  <tr>
                    {(['worker', 'task', 'outcome', 'from', 'to'] as const).map((key) => (
                      <th key={key} scope="col">
                        {t(key)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {lanes
                    .flatMap((lane) => [
                      ...lane.runs.map((run) => ({
                        key: `${lane.worker} ${run.taskId} ${run.from}`,
                        ...{ worker: lane.worker, taskId: run.taskId, name: run.name ?? words('gone') },
                        ...{ outcome: run.outcome ?? ('running' as const), from: run.from, to: run.to },
                      })),
                      ...lane.next.map((tick) => ({
                        key: `${lane.worker} next ${tick.taskId}`,
                        ...{ worker: lane.worker, taskId: tick.taskId, name: tick.name, outcome: 'next' as const },
                        ...{ from: tick.from, to: tick.to },
                      })),
                    ])
                    .map((row) => (
                      <tr key={row.key}>
                        <td className="break-all">{row.worker}</td>
                        <td className="break-all">
                          <Link className="link" href={`/tasks/${row.taskId}`}>
                            {row.name}
                          </Link>
                        </td>
                        <td>{words(`outcomes.${row.outcome}`)}</td>
                        <td className="whitespace-nowrap">{format.at(row.from)}</td>
                        <td className="whitespace-nowrap">{row.to === null ? '…' : format.at(row.to)}</td>
                      </tr>
                    ))}
                </tbody>
              </table>
            </div>
          </details>
        </div>
      )}
    </section>
  )
}
