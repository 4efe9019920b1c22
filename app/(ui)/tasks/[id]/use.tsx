'use client'

import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import { useFormat } from '#components/format'
import { Series, type Point } from '#components/series'
import { isFinal } from '#lib/core/task'
import { useSamples, type Task } from './queries'

type Sample = NonNullable<ReturnType<typeof useSamples>['data']>['items'][number]
const pointsOf = (samples: readonly Sample[], value: (sample: Sample) => number | null): Point[] =>
  samples.flatMap((sample) => {
    const found = value(sample)
    return found === null ? [] : [{ at: Date.parse(sample.at), value: found }]
  })

/** Cores in use: told as a percentage, or the seconds that were used from one sample to the next. */
function cores(samples: readonly Sample[]): Point[] {
  return samples.flatMap((sample, index) => {
    const at = Date.parse(sample.at)
    if (sample.cpuPercent !== null) return [{ at, value: sample.cpuPercent / 100 }]
    const before = samples[index - 1]
    if (
      sample.cpuSeconds === null ||
      before === undefined ||
      before.cpuSeconds === null ||
      before.attempt !== sample.attempt
    )
      return []
    const seconds = (at - Date.parse(before.at)) / 1000
    return seconds <= 0 ? [] : [{ at, value: Math.max(0, (sample.cpuSeconds - before.cpuSeconds) / seconds) }]
  })
}

/** What the run used of memory, cores and disk, and how far it was, over time; the figures stand in a table below. */
export function Use({ task }: { task: Task }) {
  const t = useTranslations('task')
  const format = useFormat()
  const running = task.status === 'started'
  const samples = useSamples(task.id, running)
  const series = useMemo(() => {
    const items = samples.data?.items ?? []
    const round = (value: number) => format.number(value, { maximumFractionDigits: 2 })
    return [
      {
        name: 'memory',
        points: pointsOf(items, (one) => one.memory),
        limit: task.resources.memory,
        format: format.bytes,
      },
      { name: 'cpu', points: cores(items), limit: task.resources.cpu, format: round },
      { name: 'disk', points: pointsOf(items, (one) => one.disk), limit: task.resources.disk, format: format.bytes },
      {
        name: 'progress',
        points: pointsOf(items, (one) => one.progress),
        limit: 0,
        most: 100,
        format: (value: number) => format.percent(value / 100),
      },
    ] as const
  }, [samples.data, task.resources, format])
  const shown = series.filter(({ points }) => points.length > 0)
  if (task.status === 'requested') return null
  return (
    <section className="panel" aria-label={t('sections.use')}>
      <h2 className="border-line border-b px-4 py-3">{t('sections.use')}</h2>
      {shown.length === 0 ? (
        <p className="text-muted px-4 py-3 text-sm">{isFinal(task.status) ? t('use.noneEver') : t('use.none')}</p>
      ) : (
        <div className="space-y-3 px-4 py-3">
          <div className="grid gap-x-5 gap-y-3 sm:grid-cols-2">
            {shown.map(({ name, points, limit, format: write, ...rest }) => {
              const peak = Math.max(...points.map((point) => point.value))
              // A limit far above what is used would make the plot flat.
              const near = limit > 0 && peak > limit / 4
              return (
                <Series
                  key={name}
                  label={t(`use.${name}`)}
                  summary={t('use.chart', {
                    label: t(`use.${name}`),
                    first: write(points[0]?.value ?? 0),
                    last: write(points.at(-1)?.value ?? 0),
                    peak: write(peak),
                  })}
                  points={points}
                  limit={near ? limit : undefined}
                  most={'most' in rest ? rest.most : undefined}
                  format={write}
                  time={format.clock}
                />
              )
            })}
          </div>
          <dl className="text-muted flex flex-wrap gap-x-5 gap-y-1 text-xs">
            {shown
              .filter(({ name }) => name !== 'progress')
              .map(({ name, points, limit, format: write }) => (
                <div key={name} className="flex gap-1.5">
                  <dt>{t(`use.${name}`)}:</dt>
                  <dd>
                    {t('use.peak', { value: write(Math.max(...points.map((point) => point.value))) })},{' '}
                    {t('use.limit', { value: write(limit) })}
                  </dd>
                </div>
              ))}
          </dl>
          <details className="text-sm">
            <summary className="link w-fit cursor-pointer">{t('use.table')}</summary>
            <div className="mt-2 max-h-64 overflow-auto" role="region" aria-label={t('use.table')} tabIndex={0}>
              <table className="data-table">
                <thead>
                  <tr>
                    <th scope="col">{t('use.time')}</th>
                    {shown.map(({ name }) => (
                      <th key={name} scope="col">
                        {t(`use.${name}`)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {(samples.data?.items ?? []).map((one) => (
                    <tr key={one.at}>
                      <td>{format.exact(one.at)}</td>
                      {shown.map(({ name, points, format: write }) => {
                        const point = points.find(({ at }) => at === Date.parse(one.at))
                        return <td key={name}>{point === undefined ? '–' : write(point.value)}</td>
                      })}
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
