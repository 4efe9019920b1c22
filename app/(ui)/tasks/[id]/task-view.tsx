'use client'

import { CircleCheck, CircleX, Download } from 'lucide-react'
import Link from 'next/link'
import type { z } from 'zod'
import { Facts, Params } from '#components/facts'
import { bytes } from '#components/format'
import { Empty, Loading, PageProblem } from '#components/states'
import { ProgressBar, StatusBadge } from '#components/status'
import { Ago, Took } from '#components/time'
import type { file, task } from '#lib/contract/task'
import { isFinal, REASON_TEXT } from '#lib/core/task'
import { CancelButton } from '../../cancel'
import { useLive } from '../../live'
import { LiveDot } from '../../live-dot'
import { useMe, useNotices, useTask, useTaskEvents } from '../../queries'
import { RequestButton } from '../../request'
import { Why } from '../../why'
import { TaskLog } from './log'

type Task = z.output<typeof task>
type File = z.output<typeof file>

function Timeline({ history }: { history: Task['history'] }) {
  return (
    <ol className="flex flex-wrap items-center gap-y-1 text-sm" aria-label="What happened so far">
      {history.map(({ code, at }, index) => (
        <li key={index} className="flex items-center">
          {index > 0 && <span aria-hidden className="bg-line mx-2 h-px w-4" />}
          <span
            title={new Date(at).toLocaleString()}
            className={index === history.length - 1 ? 'font-medium' : 'text-muted'}
          >
            {code.replace('_', ' ')}
          </span>
        </li>
      ))}
    </ol>
  )
}

function Outcome({ task }: { task: Task }) {
  if (task.status === 'failed' && task.reasonCode !== null) {
    return (
      <div role="alert" className="bg-bad-soft mt-4 rounded-lg p-4 text-sm">
        <p className="font-medium">
          It failed: {REASON_TEXT[task.reasonCode]} <code className="text-muted">({task.reasonCode})</code>
        </p>
        {task.reasonText && <p className="mt-1 font-mono text-xs break-words whitespace-pre-wrap">{task.reasonText}</p>}
        {task.exitCode !== null && <p className="text-muted mt-1">Exit code {task.exitCode}</p>}
      </div>
    )
  }
  if (task.status === 'canceled')
    return <p className="bg-sunken mt-4 rounded-lg p-4 text-sm">Canceled by {task.canceledBy ?? 'nobody known'}.</p>
  if (task.cancelRequestedAt !== null && !isFinal(task.status)) {
    return (
      <p className="bg-sunken mt-4 rounded-lg p-4 text-sm">
        {task.canceledBy} asked to cancel it; its worker is being told.
      </p>
    )
  }
  return null
}

function CheckResult({ check }: { check: NonNullable<File['check']> }) {
  const valid = check.result === 0
  const Icon = valid ? CircleCheck : CircleX
  return (
    <span className={`inline-flex items-center gap-1 ${valid ? 'text-good' : 'text-warn'}`}>
      <Icon aria-hidden className="size-4" /> {valid ? 'valid' : `check found faults (${check.result})`}
    </span>
  )
}

const KEPT_AS: Record<File['kind'], string | null> = {
  result: null,
  logs: 'log',
  artifacts: 'artifacts',
  check: 'results of a check',
}

/** What became of a file, for people. */
function whereabouts(file: File): string | null {
  if (file.stored || file.status !== 'uploaded') return null
  return file.place === null ? 'its time was over: the bytes are deleted' : `its worker put it at ${file.place}`
}

function Files({ title, files, ended }: { title: string; files: File[]; ended: boolean }) {
  return (
    <section className="panel" aria-label={title}>
      <h2 className="border-line border-b px-4 py-3">{title}</h2>
      {files.length === 0 ? (
        <Empty title={ended ? 'It made no files' : 'No files yet'} />
      ) : (
        <ul className="divide-line divide-y">
          {files.map((one) => (
            <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 text-sm">
              <div className="min-w-0 flex-1 basis-48">
                <div className="font-medium break-all">{one.name}</div>
                <div className="text-muted flex flex-wrap gap-x-3 text-xs">
                  {[KEPT_AS[one.kind], bytes(one.size), one.status].filter((part) => part !== null).join(' · ')}
                  {one.check !== null && <CheckResult check={one.check} />}
                  {one.expiresAt !== null && (
                    <span>
                      kept until <Ago date={one.expiresAt} />
                    </span>
                  )}
                  {whereabouts(one) !== null && <span className="break-all">{whereabouts(one)}</span>}
                </div>
              </div>
              {one.stored && (
                <a className="button" href={`/api/farm/files/${one.id}`} download={one.name}>
                  <Download aria-hidden className="size-4" /> Download
                </a>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Events({ id }: { id: string }) {
  const { data } = useTaskEvents(id)
  return (
    <section className="panel" aria-label="Events">
      <h2 className="border-line border-b px-4 py-3">Events</h2>
      <ol className="divide-line divide-y text-sm">
        {data?.items.map((event) => (
          <li key={event.id} className="flex flex-wrap justify-between gap-x-3 px-4 py-2">
            <span>
              {event.kind
                .replace(/^task\./, '')
                .replace('.', ' ')
                .replace('_', ' ')}
              {typeof event.data.stage === 'string' && `: ${event.data.stage}`}
              {typeof event.data.name === 'string' && <span className="break-all">: {event.data.name}</span>}
              {event.data.why === 'worker_lost' && <span className="text-warn"> (its worker was lost)</span>}
            </span>
            <span className="text-muted">
              {event.actor} · <Ago date={event.at} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Notices({ id }: { id: string }) {
  const { data: me } = useMe()
  const { data } = useNotices(id, me !== null && me !== undefined)
  if (data === undefined || data.items.length === 0) return null
  return (
    <section className="panel" aria-label="Notices">
      <h2 className="border-line border-b px-4 py-3">Notices</h2>
      <ul className="divide-line divide-y text-sm">
        {data.items.map((notice) => (
          <li key={notice.id} className="px-4 py-2">
            <div className="flex justify-between gap-3">
              <span>
                {notice.occasion} by {notice.channel}
              </span>
              <span
                className={
                  notice.status === 'delivered' ? 'text-good' : notice.status === 'dead' ? 'text-bad' : 'text-muted'
                }
              >
                {notice.status}
              </span>
            </div>
            <div className="text-muted text-xs break-all">{notice.target}</div>
            {notice.lastError !== null && notice.status !== 'delivered' && (
              <div className="text-bad text-xs">{notice.lastError}</div>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

export function TaskView({ id }: { id: string }) {
  const live = useLive(id)
  const { data: task, error, isPending, refetch } = useTask(id)
  if (isPending) return <Loading />
  if (error !== null)
    return <PageProblem title="This task cannot be shown" error={error} retry={() => void refetch()} />
  const ended = isFinal(task.status)
  return (
    <>
      <div className="mb-4 flex flex-wrap items-start justify-between gap-4">
        <div className="min-w-0">
          <p className="label">
            Task of{' '}
            {task.scheduleName === null ? (
              'a schedule that is gone'
            ) : (
              <Link className="link" href={`/schedules/${encodeURIComponent(task.scheduleName)}`}>
                {task.scheduleName}
              </Link>
            )}
          </p>
          <h1>{task.originalScheduleName}</h1>
          <p className="text-muted mt-1 flex flex-wrap gap-x-3 text-sm">
            <span aria-live="polite">
              <StatusBadge
                status={task.status}
                stage={task.stage}
                canceling={!ended && task.cancelRequestedAt !== null}
              />
            </span>
            <span>
              requested <Ago date={task.requestedAt} /> by {task.requestedBy}
            </span>
            {task.worker !== null && <span>on {task.worker}</span>}
            {task.startedAt !== null && (
              <span>
                for <Took from={task.startedAt} to={task.endedAt} />
              </span>
            )}
          </p>
        </div>
        <div className="flex items-center gap-3">
          <LiveDot open={live} />
          <CancelButton task={task} />
          {ended && task.scheduleName !== null && <RequestButton schedule={task.scheduleName} label="Request again" />}
        </div>
      </div>
      <section className="panel mb-4 p-4" aria-label="Progress">
        <Timeline history={task.history} />
        {task.status === 'requested' && (
          <p className="mt-3">
            <Why taskId={id} />
          </p>
        )}
        {task.progress !== null && (
          <div className="mt-3">
            <ProgressBar
              percent={task.progress.overall}
              label="Progress"
              stopped={ended && task.status !== 'succeeded'}
            />
            {task.progress.message && !ended && (
              <p className="text-muted mt-1 truncate text-sm">{task.progress.message}</p>
            )}
          </div>
        )}
        <Outcome task={task} />
      </section>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="min-w-0 space-y-4">
          <TaskLog id={id} ended={ended} />
          <Params params={task.config.params} command={task.config.command} />
        </div>
        <div className="min-w-0 space-y-4">
          <Files title="Files" files={task.files} ended={ended} />
          {task.keptFiles.length > 0 && <Files title="Kept beside them" files={task.keptFiles} ended={ended} />}
          {task.result !== null && task.result !== undefined && (
            <Facts title="Result" facts={[['Value', <code key="value">{JSON.stringify(task.result)}</code>]]} />
          )}
          <Facts
            title="Run"
            facts={[
              [
                'Task',
                <code key="id" className="text-xs break-all">
                  {task.id}
                </code>,
              ],
              ['Attempt', task.attempt === 0 ? 'not yet' : `${task.attempt} of ${task.maxAttempts}`],
              ['Priority', task.priority],
              ['Cores', task.resources.cpu],
              ['Memory', bytes(task.resources.memory)],
              ['Disk', bytes(task.resources.disk)],
            ]}
          />
          <Notices id={id} />
          <Events id={id} />
        </div>
      </div>
    </>
  )
}
