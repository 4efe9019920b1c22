'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Facts } from '#components/facts'
import { useFormat } from '#components/format'
import { Loading, PageProblem } from '#components/states'
import { ProgressBar, StatusBadge } from '#components/status'
import { Ago, At, Took } from '#components/time'
import { DEFAULT_DURATION_SECONDS } from '#lib/core/schedule'
import { isFinal } from '#lib/core/task'
import { useLive } from '../../live'
import { LiveDot } from '../../live-dot'
import { CancelAction, PriorityControl, RetryAction } from '../../pipeline/actions'
import { SaidAbove } from '../../pipeline/said'
import { useTask } from '../../queries'
import { RequestButton } from '../../request'
import { Why } from '../../why'
import { Config } from './config'
import { Events, Notices } from './events'
import { Files } from './files'
import { TaskLog } from './log'
import { Notes } from './notes'
import { Outcome } from './outcome'
import type { Task } from './queries'
import { Share } from './share'
import { Timeline } from './timeline'
import { Use } from './use'

function Header({ task, live }: { task: Task; live: boolean }) {
  const t = useTranslations('task')
  const actions = useTranslations('pipeline')
  const ended = isFinal(task.status)
  return (
    <div className="mb-4 flex flex-wrap items-start justify-between gap-4">
      <div className="min-w-0">
        <p className="label">
          {t('of')}{' '}
          {task.scheduleName === null ? (
            t('scheduleGone')
          ) : (
            <Link className="link" dir="auto" href={`/schedules/${encodeURIComponent(task.scheduleName)}`}>
              {task.scheduleName}
            </Link>
          )}
        </p>
        <h1 dir="auto">{task.originalScheduleName}</h1>
        <p className="text-muted mt-1 flex flex-wrap gap-x-3 text-sm">
          <span aria-live="polite">
            <StatusBadge
              status={task.status}
              stage={task.stage}
              canceling={!ended && task.cancelRequestedAt !== null}
            />
          </span>
          <span>{t.rich('requestedBy', { ago: () => <Ago date={task.requestedAt} />, name: task.requestedBy })}</span>
          {task.worker !== null && <span>{t('on', { worker: task.worker })}</span>}
          {task.startedAt !== null && (
            <span>{t.rich('for', { time: () => <Took from={task.startedAt ?? ''} to={task.endedAt} /> })}</span>
          )}
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <LiveDot open={live} />
        <Share id={task.id} />
        <CancelAction task={task} />
        {ended && task.status !== 'succeeded' && <RetryAction task={task} primary />}
        {ended && task.scheduleName !== null && (
          <RequestButton
            schedule={task.scheduleName}
            label={actions('action.request')}
            quiet={task.status !== 'succeeded'}
          />
        )}
      </div>
    </div>
  )
}

function Run({ task }: { task: Task }) {
  const t = useTranslations('task')
  const format = useFormat()
  const { image } = task.config
  return (
    <Facts
      title={t('sections.run')}
      facts={[
        [
          t('run.task'),
          <code key="id" className="text-xs break-all">
            {task.id}
          </code>,
        ],
        [t('run.type'), task.taskType],
        ...(task.definitionVersion === 'dev' ? [] : [[t('run.version'), task.definitionVersion] as [string, string]]),
        ...(image === null ? [] : [[t('run.image'), `${image.name}:${image.tag}`] as [string, string]]),
        [
          t('run.attempt'),
          task.attempt === 0 ? t('run.notYet') : t('run.of', { attempt: task.attempt, most: task.maxAttempts }),
        ],
        [t('run.priority'), <PriorityControl key="priority" row={task} />],
        ...(task.pinnedWorker === null ? [] : [[t('run.pinned'), task.pinnedWorker] as [string, string]]),
        ...(task.notBefore === null
          ? []
          : [[t('run.notBefore'), <At key="at" date={task.notBefore} />] as [string, React.ReactNode]]),
        ...(task.expectedSeconds < DEFAULT_DURATION_SECONDS
          ? [[t('run.expected'), format.duration(task.expectedSeconds)] as [string, string]]
          : []),
        [t('run.cores'), format.number(task.resources.cpu)],
        [t('run.memory'), format.bytes(task.resources.memory)],
        [t('run.disk'), format.bytes(task.resources.disk)],
        ...(task.platform === null ? [] : [[t('run.platform'), task.platform] as [string, string]]),
      ]}
    />
  )
}

function Shown({ task, live }: { task: Task; live: boolean }) {
  const t = useTranslations('task')
  const { id } = task
  const ended = isFinal(task.status)
  return (
    <SaidAbove>
      <Header task={task} live={live} />
      <section className="panel mb-4 p-4" aria-label={t('progress')}>
        <Timeline task={task} />
        {task.status === 'requested' && (
          <p className="mt-4">
            <Why taskId={id} />
          </p>
        )}
        {task.progress !== null && (
          <div className="mt-4">
            <ProgressBar
              percent={task.progress.overall}
              label={t('progress')}
              stopped={ended && task.status !== 'succeeded'}
            />
            {task.progress.message && !ended && (
              <p className="text-muted mt-1 truncate text-sm" dir="auto" title={task.progress.message}>
                {task.progress.message}
              </p>
            )}
          </div>
        )}
        <Outcome task={task} />
      </section>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="min-w-0 space-y-4">
          <TaskLog id={id} ended={ended} />
          <Use task={task} />
          <Config task={task} />
        </div>
        <div className="min-w-0 space-y-4">
          <Files title={t('sections.files')} files={task.files} ended={ended} />
          {task.keptFiles.length > 0 && <Files title={t('sections.kept')} files={task.keptFiles} ended={ended} />}
          {task.result !== null && task.result !== undefined && (
            <Facts
              title={t('sections.result')}
              facts={[[t('sections.result'), <code key="value">{JSON.stringify(task.result)}</code>]]}
            />
          )}
          <Notes id={id} />
          <Run task={task} />
          <Notices id={id} />
          <Events id={id} />
        </div>
      </div>
    </SaidAbove>
  )
}

export function TaskView({ id }: { id: string }) {
  const t = useTranslations('task')
  const live = useLive(id)
  const { data: task, error, isPending, refetch } = useTask(id)
  if (isPending) return <Loading />
  if (error !== null) return <PageProblem title={t('cannotShow')} error={error} retry={() => void refetch()} />
  return <Shown task={task} live={live} />
}
