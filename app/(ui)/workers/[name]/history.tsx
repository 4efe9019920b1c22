'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { parseAsBoolean, parseAsStringLiteral, useQueryStates } from 'nuqs'
import type { z } from 'zod'
import { useFormat } from '#components/format'
import { Gantt, type Bar } from '#components/gantt'
import { Loading, Problem } from '#components/states'
import { At, Took, useNow } from '#components/time'
import type { workerRuns } from '#lib/contract/worker'
import { useWorkerRuns } from '../queries'

type Lane = z.output<NonNullable<(typeof workerRuns)['response']>>
const HOURS = { '3h': 3, '24h': 24, '7d': 168, '30d': 720 } as const
const RANGES = ['3h', '24h', '7d', '30d'] as const

/** The bars of a lane, in words as well. */
export function useBars(): (lane: Lane) => Bar[] {
  const t = useTranslations('workers.one')
  const format = useFormat()
  return (lane) => {
    const title = (name: string, outcome: Bar['look'], from: string, to: string | null) =>
      t('barTitle', {
        name,
        outcome: t(`outcomes.${outcome}`),
        from: format.at(from),
        to: to === null ? '…' : format.at(to),
      })
    return [
      ...lane.runs.map((run): Bar => {
        const look = run.outcome ?? 'running'
        return {
          id: `${run.taskId} ${run.from}`,
          from: Date.parse(run.from),
          to: run.to === null ? null : Date.parse(run.to),
          look,
          title: title(run.name ?? t('gone'), look, run.from, run.to),
          href: `/tasks/${run.taskId}`,
        }
      }),
      ...lane.next.map((tick): Bar => ({
        id: `next ${tick.taskId}`,
        from: Date.parse(tick.from),
        to: Date.parse(tick.to),
        look: 'next',
        title: title(tick.name, 'next', tick.from, tick.to),
        href: `/tasks/${tick.taskId}`,
      })),
    ]
  }
}

/** What a worker has run, over time and as a table. */
export function History({ name }: { name: string }) {
  const t = useTranslations('workers.one')
  const reason = useTranslations('workers.reasons')
  const now = useNow()
  const bars = useBars()
  const [{ range, failed }, set] = useQueryStates({
    range: parseAsStringLiteral(RANGES).withDefault('24h'),
    failed: parseAsBoolean.withDefault(false),
  })
  const hours = HOURS[range]
  const { data, error, isPending, refetch } = useWorkerRuns(name, hours)
  const runs = (data?.runs ?? []).filter((run) => !failed || run.outcome === 'failed')
  const minute = Math.floor(now / 60_000) * 60_000
  return (
    <section className="panel" aria-label={t('history')}>
      <div className="border-line flex flex-wrap items-center justify-between gap-3 border-b px-4 py-3">
        <h2>{t('history')}</h2>
        <div className="flex flex-wrap gap-2">
          <button
            type="button"
            aria-pressed={failed}
            className="button aria-pressed:border-accent aria-pressed:bg-accent-soft"
            onClick={() => void set({ failed: failed ? null : true })}
          >
            {t('onlyFailed')}
          </button>
          <div role="group" aria-label={t('range')} className="flex gap-1">
            {RANGES.map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={range === one}
                className="button aria-pressed:border-accent aria-pressed:bg-accent-soft"
                onClick={() => void set({ range: one })}
              >
                {t(`ranges.${one}`)}
              </button>
            ))}
          </div>
        </div>
      </div>
      {isPending ? (
        <Loading rows={3} />
      ) : error !== null ? (
        <div className="p-4">
          <Problem error={error} retry={() => void refetch()} />
        </div>
      ) : (
        <>
          <div className="p-4">
            <Gantt
              lanes={[{ id: name, label: name, bars: bars({ ...data, runs }) }]}
              from={minute - hours * 3_600_000}
              to={minute + (hours * 3_600_000) / 8}
              now={now}
            />
          </div>
          {runs.length === 0 ? (
            <p className="text-muted border-line border-t px-4 py-3 text-sm">{t(failed ? 'noFailed' : 'noRuns')}</p>
          ) : (
            <div
              className="border-line max-h-96 overflow-auto border-t"
              role="region"
              aria-label={t('history')}
              tabIndex={0}
            >
              <table className="data-table">
                <thead>
                  <tr>
                    {(['task', 'outcome', 'began', 'took', 'reason'] as const).map((key) => (
                      <th key={key} scope="col">
                        {t(key)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {runs.map((run) => (
                    <tr key={`${run.taskId} ${run.from}`}>
                      <td className="min-w-40 break-words">
                        {run.name === null ? (
                          <span className="text-muted">{t('gone')}</span>
                        ) : (
                          <Link className="link" href={`/tasks/${run.taskId}`}>
                            {run.name}
                          </Link>
                        )}
                      </td>
                      <td className="whitespace-nowrap">{t(`outcomes.${run.outcome ?? 'running'}`)}</td>
                      <td className="whitespace-nowrap">
                        <At date={run.from} />
                      </td>
                      <td className="whitespace-nowrap">
                        <Took from={run.from} to={run.to} />
                      </td>
                      <td className="min-w-40">{run.reasonCode === null ? '' : reason(run.reasonCode)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </>
      )}
    </section>
  )
}
