'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useFormat } from '#components/format'
import { TimePlot } from '#components/time-plot'
import type { PlotPoint } from '#components/time-plot-chart'
import { Loading, PageProblem } from '#components/states'
import { useNow } from '#components/time'
import { RANGE_NAMES, RANGES, type Range } from '#lib/core/stats'
import { useCounts } from '../queries'
import { Breakdown } from './breakdown'
import { Failures } from './failures'
import { Overdue } from './overdue'
import { useDashboard, useOutlook } from './queries'
import { Timeline } from './timeline'

export function DashboardView() {
  const t = useTranslations('dashboard')
  const format = useFormat()
  const [range, setRange] = useQueryState(
    'range',
    parseAsStringLiteral(RANGE_NAMES as [Range, ...Range[]]).withDefault('24h'),
  )
  const { data, error, isPending, refetch } = useDashboard(range)
  if (isPending) return <Loading rows={8} />
  if (error !== null) return <PageProblem title={t('title')} error={error} retry={() => void refetch()} />
  const points = data.series.map((one) => ({ ...one, at: Date.parse(one.at) })) as unknown as PlotPoint[]
  const at = RANGES[range].span === 'hour' ? (range === '24h' ? format.clock : format.at) : format.date
  const plot = { points, at, head: t('when') }
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h1>{t('title')}</h1>
        <div role="group" aria-label={t('range')} className="flex gap-1">
          {RANGE_NAMES.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={range === one}
              className="button aria-pressed:border-accent aria-pressed:bg-accent-soft"
              onClick={() => void setRange(one)}
            >
              {t(`ranges.${one}`)}
            </button>
          ))}
        </div>
      </div>
      <Tiles totals={data.totals} />
      <div className="grid gap-4 xl:grid-cols-2">
        <TimePlot
          {...plot}
          title={t('plots.throughput')}
          note={t('plots.throughputText')}
          format={(value) => format.number(value)}
          series={[
            { key: 'succeeded', label: t('plots.succeeded'), kind: 'bar', colour: 1 },
            { key: 'failed', label: t('plots.failed'), kind: 'bar', colour: 2 },
            { key: 'canceled', label: t('plots.canceled'), kind: 'bar', colour: 6 },
            { key: 'requested', label: t('plots.requested'), kind: 'line', colour: 3 },
          ]}
        />
        <TimePlot
          {...plot}
          title={t('plots.waiting')}
          note={t('plots.waitingText')}
          format={format.duration}
          series={[
            { key: 'waitP50', label: t('plots.p50'), kind: 'line', colour: 1 },
            { key: 'waitP90', label: t('plots.p90'), kind: 'line', colour: 2, dashed: true },
          ]}
        />
        <TimePlot
          {...plot}
          title={t('plots.use')}
          note={t('plots.useText')}
          format={(value) => format.percent(value)}
          most={1}
          series={[
            { key: 'cpuShare', label: t('plots.cpu'), kind: 'area', colour: 1 },
            { key: 'memoryShare', label: t('plots.memory'), kind: 'line', colour: 2, dashed: true },
          ]}
        />
        <Overdue />
      </div>
      <Failures range={range} />
      <Breakdown range={range} />
      <Timeline />
      <p className="text-muted text-xs" suppressHydrationWarning>
        {data.countedUpTo === null ? t('notYet') : t('counted', { when: format.at(data.countedUpTo) })}
      </p>
    </div>
  )
}

type Totals = NonNullable<ReturnType<typeof useDashboard>['data']>['totals']

function Tiles({ totals }: { totals: Totals }) {
  const t = useTranslations('dashboard')
  const format = useFormat()
  const { data: counts } = useCounts()
  const { data: outlook } = useOutlook()
  const none = t('tiles.none')
  const done = totals.succeeded + totals.failed
  const ended = done + totals.canceled
  const share = (value: number | null) => (value === null ? none : format.percent(value))
  const lasted = (value: number | null) => (value === null ? none : format.duration(value))
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-3 xl:grid-cols-6">
      <Tile
        name={t('tiles.ended')}
        value={format.number(ended)}
        about={t('tiles.endedText', { requested: format.number(totals.requested) })}
      />
      <Tile
        name={t('tiles.success')}
        value={done === 0 ? none : format.percent(totals.succeeded / done, 1)}
        about={t('tiles.successText', {
          failed: format.number(totals.failed),
          canceled: format.number(totals.canceled),
        })}
      />
      <Tile
        name={t('tiles.wait')}
        value={lasted(totals.waitP50)}
        about={t('tiles.waitText', { p90: lasted(totals.waitP90) })}
      />
      <Tile
        name={t('tiles.busy')}
        value={share(totals.cpuShare)}
        about={t('tiles.busyText', { memory: share(totals.memoryShare) })}
      />
      <Tile
        name={t('tiles.queue')}
        value={counts === undefined ? none : format.number(counts.requested ?? 0)}
        about={<QueueEnd outlook={outlook} />}
        href="/?status=requested"
      />
      <Tile
        name={t('tiles.overdue')}
        value={outlook === undefined ? none : format.number(outlook.overdue.count)}
        about={t('tiles.overdueText')}
        href="#overdue"
      />
    </dl>
  )
}

function QueueEnd({ outlook }: { outlook: ReturnType<typeof useOutlook>['data'] }) {
  const t = useTranslations('dashboard.forecast')
  const format = useFormat()
  const now = useNow()
  if (outlook === undefined || outlook.at === null) return null
  if (outlook.queued === 0) return t('nothing')
  const why =
    outlook.method === 'rate'
      ? t('rate', { perHour: format.number(outlook.perHour ?? 0, { maximumFractionDigits: 1 }) })
      : outlook.method === 'none'
        ? t('none')
        : (outlook.stuck ?? 0) > 0
          ? t('simulatedStuck', { count: outlook.stuck ?? 0 })
          : t('simulated')
  return (
    <>
      {outlook.emptyAt !== null && (
        <span className="text-ink block" title={format.exact(outlook.emptyAt)} suppressHydrationWarning>
          {t('empty', { when: format.relative(outlook.emptyAt, now) })}
        </span>
      )}
      {why}
    </>
  )
}

function Tile(props: { name: string; value: string; about: React.ReactNode; href?: string }) {
  const { name, value, about, href } = props
  return (
    <div className="panel flex min-w-0 flex-col p-4">
      <dt className="text-muted text-xs font-medium">
        {href === undefined ? (
          name
        ) : (
          <Link href={href} className="link">
            {name}
          </Link>
        )}
      </dt>
      <dd className="text-xl font-semibold tracking-tight">{value}</dd>
      <dd className="text-muted mt-1 text-xs">{about}</dd>
    </div>
  )
}
