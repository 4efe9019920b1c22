'use client'

import { MessageSquareText } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useFormat } from '#components/format'
import { ProgressBar, StatusBadge } from '#components/status'
import { Ago, At, Took, useNow } from '#components/time'
import type { Sort, Tab } from '#lib/core/pipeline'
import { DEFAULT_DURATION_SECONDS } from '#lib/core/schedule'
import type en from '../../../messages/en/pipeline.json'
import { Why } from '../why'
import { PriorityControl } from './actions'
import type { Row, ShortWhy } from './queries'

type CellProps = { row: Row; short: ShortWhy | undefined }
export type Column = {
  id: keyof (typeof en)['column']
  sort?: Sort
  /** Takes what is left. */
  wide?: boolean
  /** Shown from this width on; cards show all. */
  from?: 'lg' | 'xl'
  cell: (props: CellProps) => React.ReactNode
}

export function Name({ row }: { row: Row }) {
  return (
    <div className="md:min-w-40">
      <Link href={`/tasks/${row.id}`} className="link font-medium wrap-anywhere" dir="auto">
        {row.originalScheduleName}
      </Link>
    </div>
  )
}
const Nothing = () => <span className="text-muted">–</span>
/** A dash for the eye, the words for the ear and on hover. */
const Unknown = ({ words }: { words: string }) => (
  <span className="text-muted" title={words}>
    <span aria-hidden>–</span>
    <span className="sr-only">{words}</span>
  </span>
)
const Line = ({ children, title }: { children: React.ReactNode; title?: string }) => (
  <span className="whitespace-nowrap" title={title}>
    {children}
  </span>
)

function Rank({ short }: CellProps) {
  const t = useTranslations('pipeline')
  const format = useFormat()
  if (short === undefined) return <span className="text-muted">…</span>
  return short.rankExact ? format.number(short.rank + 1) : t('rank.least', { rank: format.number(short.rank) })
}

function Start({ short }: CellProps) {
  const t = useTranslations('pipeline')
  const now = useNow()
  if (short === undefined) return <span className="text-muted">…</span>
  if (short.start === null) return <Unknown words={t('start.unknown')} />
  return (
    <span className="whitespace-nowrap" title={t('start.explain')}>
      {Date.parse(short.start.at) - now < 45_000 ? t('start.soon') : <Ago date={short.start.at} />}
      <span className="text-muted block max-w-40 truncate text-xs" dir="auto">
        {t('start.on', { worker: short.start.worker })}
      </span>
    </span>
  )
}

/** What nobody has measured yet counts as a month: that is no forecast. */
const isLearned = (row: Row) => row.expectedSeconds < DEFAULT_DURATION_SECONDS

function Takes({ row }: CellProps) {
  const t = useTranslations('pipeline')
  const format = useFormat()
  return isLearned(row) ? (
    <Line title={t('ends.learned')}>{format.duration(row.expectedSeconds)}</Line>
  ) : (
    <Unknown words={t('ends.unknown')} />
  )
}

function End({ row }: CellProps) {
  const t = useTranslations('pipeline')
  if (row.expectedEndAt === null) return <Nothing />
  if (!isLearned(row)) return <Unknown words={t('ends.unknown')} />
  return (
    <Line title={t('ends.learned')}>
      <Ago date={row.expectedEndAt} />
    </Line>
  )
}

function Progress({ row }: CellProps) {
  const t = useTranslations('pipeline')
  if (row.progress === null) return <Nothing />
  return (
    <>
      <ProgressBar percent={row.progress.overall} label={`${t('column.progress')}: ${row.originalScheduleName}`} />
      {row.progress.message && (
        <span className="text-muted mt-0.5 block max-w-72 truncate text-xs" dir="auto" title={row.progress.message}>
          {row.progress.message}
        </span>
      )}
    </>
  )
}

function Failure({ row }: CellProps) {
  const t = useTranslations('pipeline')
  if (row.reasonCode === null) return <Nothing />
  return (
    <span className="block min-w-40">
      <span className="text-bad font-medium">{t(`reason.${row.reasonCode}`)}</span>
      {row.reasonText && (
        <span className="text-muted line-clamp-2 text-xs break-words" dir="auto" title={row.reasonText}>
          {row.reasonText}
        </span>
      )}
    </span>
  )
}

function Next({ row }: CellProps) {
  const t = useTranslations('pipeline')
  const now = useNow()
  const { next } = row
  if (next === null) return <Nothing />
  return (
    <span className="block space-y-0.5">
      {next.again !== null ? (
        <Link className="link" href={`/tasks/${next.again.id}`}>
          {next.again.status === 'requested' ? t('next.queued') : t('next.running')}
        </Link>
      ) : next.schedule !== 'enabled' ? (
        <span className="text-warn">{t(`next.${next.schedule}`)}</span>
      ) : next.nextAt === null ? (
        <span className="text-muted">{t('next.never')}</span>
      ) : (
        <span>
          {t('next.auto')} {Date.parse(next.nextAt) <= now ? t('next.due') : <Ago date={next.nextAt} />}
        </span>
      )}
      {row.notes > 0 && (
        <Link className="text-muted hover:text-ink flex items-center gap-1 text-xs" href={`/tasks/${row.id}#notes`}>
          <MessageSquareText aria-hidden className="size-3.5" /> {t('next.notes', { count: row.notes })}
        </Link>
      )}
    </span>
  )
}

function Attempt({ row }: CellProps) {
  const t = useTranslations('pipeline')
  return t('attempt', { attempt: row.attempt, most: row.maxAttempts })
}

const TYPE: Column = { id: 'type', sort: 'type', from: 'lg', cell: ({ row }) => <Line>{row.taskType}</Line> }
const BY: Column = {
  id: 'by',
  sort: 'by',
  from: 'xl',
  cell: ({ row }) => (
    <span className="break-words" dir="auto">
      {row.requestedBy}
    </span>
  ),
}
const WORKER: Column = {
  id: 'worker',
  cell: ({ row }) =>
    row.worker === null ? (
      <Nothing />
    ) : (
      <span className="break-words" dir="auto">
        {row.worker}
      </span>
    ),
}
const ENDED: Column = {
  id: 'ended',
  sort: 'ended',
  cell: ({ row }) => (
    <Line>
      <Ago date={row.endedAt ?? row.updatedAt} />
    </Line>
  ),
}
const TOOK: Column = {
  id: 'took',
  sort: 'took',
  cell: ({ row }) =>
    row.startedAt === null ? (
      <Nothing />
    ) : (
      <Line>
        <Took from={row.startedAt} to={row.endedAt} />
      </Line>
    ),
}

/** The columns of each list, after the schedule's. */
export const COLUMNS: Record<Tab, Column[]> = {
  queued: [
    { id: 'rank', sort: 'queue', cell: (props) => <Rank {...props} /> },
    TYPE,
    { id: 'priority', cell: ({ row }) => <PriorityControl row={row} /> },
    {
      id: 'why',
      cell: ({ row, short }) =>
        short === undefined ? (
          <span className="text-muted">…</span>
        ) : (
          <Why taskId={row.id} short={{ worker: short.worker, reason: short.reason as never }} />
        ),
    },
    { id: 'start', cell: (props) => <Start {...props} /> },
    { id: 'duration', sort: 'duration', from: 'xl', cell: (props) => <Takes {...props} /> },
    {
      id: 'requested',
      sort: 'requested',
      cell: ({ row }) => (
        <Line>
          <Ago date={row.requestedAt} />
        </Line>
      ),
    },
    BY,
  ],
  running: [
    TYPE,
    {
      id: 'stage',
      sort: 'stage',
      cell: ({ row }) => (
        <StatusBadge status={row.status} stage={row.stage} canceling={row.cancelRequestedAt !== null} />
      ),
    },
    { id: 'progress', sort: 'progress', cell: (props) => <Progress {...props} /> },
    { ...WORKER, sort: 'worker' },
    {
      id: 'since',
      sort: 'since',
      cell: ({ row }) => <Took from={row.startedAt ?? row.reservedAt ?? row.requestedAt} to={null} />,
    },
    { id: 'end', sort: 'end', cell: (props) => <End {...props} /> },
    { id: 'priority', sort: 'priority', from: 'xl', cell: ({ row }) => row.priority },
    BY,
  ],
  done: [
    TYPE,
    { id: 'status', cell: ({ row }) => <StatusBadge status={row.status} /> },
    WORKER,
    TOOK,
    ENDED,
    { id: 'requested', from: 'xl', cell: ({ row }) => <At date={row.requestedAt} /> },
    BY,
  ],
  failed: [
    TYPE,
    { id: 'reason', sort: 'reason', cell: (props) => <Failure {...props} /> },
    { id: 'attempt', cell: (props) => <Attempt {...props} /> },
    WORKER,
    { ...TOOK, from: 'xl' },
    ENDED,
    { id: 'next', cell: (props) => <Next {...props} /> },
    BY,
  ],
}
