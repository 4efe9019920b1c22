'use client'

import Link from 'next/link'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import type { z } from 'zod'
import { ListPanel } from '#components/list-panel'
import { Empty } from '#components/states'
import { ProgressBar, StatusBadge } from '#components/status'
import { Ago, Took } from '#components/time'
import type { taskSummary } from '#lib/contract/task'
import { REASON_TEXT, type TaskStatus } from '#lib/core/task'
import { CancelButton } from './cancel'
import { useLive } from './live'
import { LiveDot } from './live-dot'
import { useCounts, useTasks } from './queries'
import { RequestButton } from './request'
import { Why } from './why'

type Task = z.output<typeof taskSummary>
const TABS = ['queued', 'running', 'done', 'failed'] as const
type Tab = (typeof TABS)[number]
const STATUSES: Record<Tab, TaskStatus[]> = {
  queued: ['requested'],
  running: ['reserved', 'started'],
  done: ['succeeded', 'canceled'],
  failed: ['failed'],
}
const NOTHING: Record<Tab, string> = {
  queued: 'Nothing waits in the queue',
  running: 'Nothing runs right now',
  done: 'Nothing is done yet',
  failed: 'Nothing has failed',
}

/** The columns of each tab besides the schedule: heading and cell. */
const COLUMNS: Record<Tab, { title: string; cell: (task: Task) => React.ReactNode; wide?: boolean }[]> = {
  queued: [
    { title: 'Priority', cell: (task) => task.priority },
    { title: 'Why it waits', wide: true, cell: (task) => <Why taskId={task.id} /> },
    { title: 'Requested', cell: (task) => <Requested task={task} /> },
  ],
  running: [
    {
      title: 'Stage',
      cell: (task) => (
        <StatusBadge status={task.status} stage={task.stage} canceling={task.cancelRequestedAt !== null} />
      ),
    },
    { title: 'Progress', wide: true, cell: (task) => <Progress task={task} /> },
    { title: 'Worker', cell: (task) => task.worker },
    { title: 'For', cell: (task) => <Took from={task.reservedAt ?? task.requestedAt} to={null} /> },
  ],
  done: [
    { title: 'Status', cell: (task) => <StatusBadge status={task.status} /> },
    { title: 'Worker', cell: (task) => task.worker ?? '–' },
    {
      title: 'Took',
      cell: (task) => (task.startedAt === null ? '–' : <Took from={task.startedAt} to={task.endedAt} />),
    },
    { title: 'Ended', cell: (task) => <Ago date={task.endedAt ?? task.updatedAt} /> },
  ],
  failed: [
    { title: 'Why', wide: true, cell: (task) => <Failure task={task} /> },
    { title: 'Attempt', cell: (task) => `${task.attempt} of ${task.maxAttempts}` },
    { title: 'Worker', cell: (task) => task.worker ?? '–' },
    { title: 'Ended', cell: (task) => <Ago date={task.endedAt ?? task.updatedAt} /> },
  ],
}

function Requested({ task }: { task: Task }) {
  return (
    <span className="whitespace-nowrap">
      <Ago date={task.requestedAt} /> <span className="text-muted">by {task.requestedBy}</span>
    </span>
  )
}

function Progress({ task }: { task: Task }) {
  if (task.progress === null) return <span className="text-muted">–</span>
  return <ProgressBar percent={task.progress.overall} label={`Progress of ${task.originalScheduleName}`} />
}

function Failure({ task }: { task: Task }) {
  return (
    <span>
      <span className="text-bad font-medium">{task.reasonCode}</span>{' '}
      <span className="text-muted">
        {task.reasonText || (task.reasonCode !== null && REASON_TEXT[task.reasonCode])}
      </span>
    </span>
  )
}

function Name({ task }: { task: Task }) {
  return (
    <>
      <Link href={`/tasks/${task.id}`} className="link font-medium break-all">
        {task.originalScheduleName}
      </Link>
      <div className="text-muted text-xs">{task.taskType}</div>
    </>
  )
}

function Action({ tab, task }: { tab: Tab; task: Task }) {
  if (tab === 'failed')
    return task.scheduleName === null ? null : <RequestButton schedule={task.scheduleName} label="Again" quiet />
  return <CancelButton task={task} />
}

function Rows({ tab, tasks }: { tab: Tab; tasks: Task[] }) {
  const columns = COLUMNS[tab]
  return (
    <>
      <table className="data-table hidden md:table">
        <thead>
          <tr>
            <th scope="col">Schedule</th>
            {columns.map(({ title }) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => (
            <tr key={task.id}>
              <td className="max-w-72">
                <Name task={task} />
              </td>
              {columns.map(({ title, cell, wide }) => (
                <td key={title} className={wide ? 'w-2/5' : 'whitespace-nowrap'}>
                  {cell(task)}
                </td>
              ))}
              <td className="text-right">
                <Action tab={tab} task={task} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="divide-line divide-y md:hidden">
        {tasks.map((task) => (
          <li key={task.id} className="space-y-2 p-4">
            <div className="flex items-start justify-between gap-3">
              <div>
                <Name task={task} />
              </div>
              <Action tab={tab} task={task} />
            </div>
            <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-sm">
              {columns.map(({ title, cell }) => (
                <div key={title} className="contents">
                  <dt className="text-muted">{title}</dt>
                  <dd>{cell(task)}</dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
    </>
  )
}

function Nothing({ view, clear }: { view: { tab: Tab; schedule: string; worker: string }; clear: () => void }) {
  if (view.schedule !== '' || view.worker !== '') {
    return (
      <Empty title="Nothing fits the filter">
        <button type="button" className="link" onClick={clear}>
          Clear the filter
        </button>
      </Empty>
    )
  }
  return (
    <Empty title={NOTHING[view.tab]}>
      <p>
        Request a task on the page of a{' '}
        <Link className="link" href="/schedules">
          schedule
        </Link>
        .
      </p>
    </Empty>
  )
}

export function Pipeline() {
  const [view, setView] = useQueryStates({
    tab: parseAsStringLiteral(TABS).withDefault('queued'),
    schedule: parseAsString.withDefault(''),
    worker: parseAsString.withDefault(''),
  })
  const live = useLive()
  const counts = useCounts()
  const query = useTasks({
    status: STATUSES[view.tab],
    schedule: view.schedule || undefined,
    worker: view.worker || undefined,
    sort: view.tab === 'queued' ? 'queue' : 'updated',
  })
  const tasks = query.data?.pages.flatMap((page) => page.items) ?? []
  const count = (tab: Tab) =>
    counts.data === undefined ? undefined : STATUSES[tab].reduce((sum, status) => sum + counts.data[status], 0)
  return (
    <>
      <div className="mb-4 flex items-baseline justify-between">
        <h1>Pipeline</h1>
        <LiveDot open={live} />
      </div>
      <div className="mb-3 flex flex-wrap items-center gap-x-6 gap-y-3">
        <nav aria-label="Tasks by state" className="border-line -mb-px flex gap-1 overflow-x-auto">
          {TABS.map((tab) => (
            <button
              key={tab}
              type="button"
              aria-current={tab === view.tab ? 'true' : undefined}
              onClick={() => void setView({ tab })}
              className="text-muted hover:text-ink aria-[current=true]:bg-accent-soft aria-[current=true]:text-accent rounded-lg px-3 py-1.5 text-sm font-medium capitalize"
            >
              {tab} <span className="ml-1 text-xs">{count(tab)?.toLocaleString('en') ?? '…'}</span>
            </button>
          ))}
        </nav>
        <div className="flex flex-1 flex-wrap gap-2 sm:justify-end">
          <input
            className="field w-full sm:w-52"
            aria-label="Only this schedule"
            placeholder="Schedule (exact name)"
            value={view.schedule}
            onChange={(event) => void setView({ schedule: event.target.value })}
          />
          <input
            className="field w-full sm:w-40"
            aria-label="Only this worker"
            placeholder="Worker"
            value={view.worker}
            onChange={(event) => void setView({ worker: event.target.value })}
          />
        </div>
      </div>
      <ListPanel
        label={`${view.tab} tasks`}
        query={query}
        empty={
          tasks.length === 0 ? <Nothing view={view} clear={() => void setView({ schedule: '', worker: '' })} /> : null
        }
      >
        <Rows tab={view.tab} tasks={tasks} />
      </ListPanel>
    </>
  )
}
