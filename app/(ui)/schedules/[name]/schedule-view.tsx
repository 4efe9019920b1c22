'use client'

import Link from 'next/link'
import type { z } from 'zod'
import { Complaints } from '#components/complaints'
import { Facts, Params } from '#components/facts'
import { bytes, duration } from '#components/format'
import { Empty, Loading, PageProblem } from '#components/states'
import { StatusBadge } from '#components/status'
import { Ago, Took, useNow } from '#components/time'
import type { schedule as scheduleOf } from '#lib/contract/schedule'
import { useLive } from '../../live'
import { LiveDot } from '../../live-dot'
import { useSchedule, useTasks } from '../../queries'
import { RequestButton } from '../../request'
import { ArchiveButton } from './archive'
import { History } from './history'

type Schedule = z.output<typeof scheduleOf>

function LastTasks({ name }: { name: string }) {
  const query = useTasks({ schedule: name }, 20)
  const tasks = query.data?.pages[0]?.items ?? []
  return (
    <section className="panel" aria-label="Last tasks">
      <h2 className="border-line border-b px-4 py-3">Last tasks</h2>
      {query.isPending ? (
        <Loading rows={3} />
      ) : tasks.length === 0 ? (
        <Empty title="It has never been requested" />
      ) : (
        <ul className="divide-line divide-y">
          {tasks.map((task) => (
            <li
              key={task.id}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2.5 text-sm"
            >
              <StatusBadge
                status={task.status}
                stage={task.stage}
                canceling={task.cancelRequestedAt !== null && task.endedAt === null}
              />
              <span className="text-muted">
                {task.startedAt === null ? '' : <Took from={task.startedAt} to={task.endedAt} />}
              </span>
              <Link className="link" href={`/tasks/${task.id}`}>
                <Ago date={task.requestedAt} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** From when its period counts, when it last succeeded, and when it is requested by itself. */
function byItself(schedule: Schedule): [string, React.ReactNode][] {
  if (schedule.periodicity === 'manually') return []
  const { lastSuccessAt, overdue } = schedule
  return [
    ['Period counts from', schedule.periodFrom === 'start' ? 'its last start' : 'its last success'],
    [
      'Last success',
      <span key="success" className={overdue ? 'text-warn font-medium' : undefined}>
        {lastSuccessAt === null ? 'never' : <Ago date={lastSuccessAt} />}
        {overdue && ' (overdue)'}
      </span>,
    ],
    ...(schedule.nextAt === null
      ? []
      : [['Next by itself', <Next key="next" at={schedule.nextAt} />] satisfies [string, React.ReactNode]]),
  ]
}

function Next({ at }: { at: string }) {
  const now = useNow()
  return new Date(at).getTime() <= now ? <>within a minute</> : <Ago date={at} />
}

export function ScheduleView({ name }: { name: string }) {
  const live = useLive()
  const { data: schedule, error, isPending, refetch } = useSchedule(name)
  if (isPending) return <Loading />
  if (error !== null) return <PageProblem title={name} error={error} retry={() => void refetch()} />
  return (
    <>
      <div className="mb-6 flex flex-wrap items-start justify-between gap-4">
        <div className="min-w-0">
          <p className="label">
            <Link href="/schedules" className="link">
              Schedules
            </Link>
          </p>
          <h1>{schedule.name}</h1>
          <p className="text-muted text-sm">
            {[schedule.taskType, schedule.category, schedule.language.nameEn, ...schedule.tags].join(' · ')}
            {schedule.archivedAt !== null && <span className="text-warn font-medium"> · archived</span>}
            {!schedule.enabled && <span className="text-warn font-medium"> · disabled</span>}
          </p>
        </div>
        <div className="flex items-center gap-4">
          <LiveDot open={live} />
          <ArchiveButton name={schedule.name} archived={schedule.archivedAt !== null} />
          {schedule.archivedAt === null && <RequestButton schedule={schedule.name} enabled={schedule.enabled} />}
        </div>
      </div>
      {schedule.queued > 0 && (
        <p role="status" className="bg-accent-soft mb-4 rounded-lg px-4 py-2 text-sm">
          A task of it waits in the queue.
        </p>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="min-w-0 space-y-4">
          {schedule.invalid !== null && <Complaints title="It does not fit its definition" fields={schedule.invalid} />}
          {schedule.notes !== '' && <section className="panel p-4 whitespace-pre-wrap">{schedule.notes}</section>}
          <Params params={schedule.config.params} command={schedule.command} />
          <Facts
            title="How it runs"
            facts={[
              [
                'Definition',
                <Link
                  key="definition"
                  className="link"
                  href={`/task-types/${encodeURIComponent(schedule.taskType)}?version=${encodeURIComponent(schedule.definitionVersion)}`}
                >
                  {schedule.taskType} {schedule.definitionVersion}
                </Link>,
              ],
              [
                'Runs',
                schedule.periodicity === 'manually'
                  ? 'manually'
                  : `${schedule.periodicity}, counted from the last ${schedule.periodFrom}`,
              ],
              ...byItself(schedule),
              ['Cores', schedule.resources.cpu],
              ['Memory', bytes(schedule.resources.memory)],
              ['Disk', bytes(schedule.resources.disk)],
              ['Platform', schedule.platform ?? 'none'],
              ['Context', schedule.context === '' ? 'any worker' : schedule.context],
              [
                'Image',
                schedule.config.image === null ? 'none' : `${schedule.config.image.name}:${schedule.config.image.tag}`,
              ],
              [
                'Expected to take',
                schedule.durations.workers.length === 0
                  ? 'not measured yet'
                  : schedule.durations.workers
                      .map((entry) => `${duration(entry.seconds)} on ${entry.worker}`)
                      .join(', '),
              ],
            ]}
          />
        </div>
        <div className="space-y-4">
          <LastTasks name={schedule.name} />
          <History name={schedule.name} />
        </div>
      </div>
    </>
  )
}
