'use client'

import { ArrowLeft } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Facts } from '#components/facts'
import { useFormat } from '#components/format'
import { Loading, PageProblem } from '#components/states'
import { ProgressBar } from '#components/status'
import { Ago } from '#components/time'
import { RECORD_DAYS } from '#lib/core/worker'
import { useLive } from '../../live'
import { LiveDot } from '../../live-dot'
import { useBreakers, useMay, useMe } from '../../queries'
import { useWorker, type Worker } from '../queries'
import { StandingBadge, standingOf } from '../standing'
import { WhyHeld } from '../why-held'
import { WorkerRooms } from '../worker-rooms'
import { Actions } from './actions'
import { Credentials } from './credentials'
import { History } from './history'
import { useDayNames } from './quiet-form'

export function WorkerView({ name }: { name: string }) {
  const t = useTranslations('workers')
  const live = useLive()
  const { data: worker, error, isPending, refetch } = useWorker(name)
  const { data: me } = useMe()
  const mayChange = useMay('workers.update')
  const mayCreate = useMay('workers.create')
  const mayKeys = useMay('workers.ssh_keys')
  const breakers = useBreakers()
  if (isPending) return <Loading />
  if (error !== null) return <PageProblem title={name} error={error} retry={() => void refetch()} />
  const own = me !== null && me !== undefined && !me.limited && me.username === worker.owner
  const broken = breakers.data?.items.find((one) => one.kind === 'worker' && one.subject === name)
  return (
    <div className="space-y-4">
      <Link className="link inline-flex items-center gap-1 text-sm" href="/workers">
        <ArrowLeft aria-hidden className="size-4" /> {t('one.back')}
      </Link>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 space-y-1">
          <h1>{worker.name}</h1>
          <div className="flex items-baseline gap-3">
            <StandingBadge standing={standingOf(worker)} />
            <LiveDot open={live} />
          </div>
        </div>
        <Actions worker={worker} own={own} />
      </div>
      {(worker.disabled ?? worker.cordoned ?? worker.quiet?.until) && (
        <div className="border-warn bg-panel rounded-lg border px-4 py-3" role="status">
          <WhyHeld worker={worker} />
        </div>
      )}
      {broken !== undefined && (
        <p className="border-bad bg-bad-soft rounded-lg border px-4 py-3 text-sm" role="status">
          {t('why.breaker', { count: broken.failures })}
        </p>
      )}
      <div className="grid gap-4 lg:grid-cols-2">
        <section className="panel space-y-4 p-4" aria-label={t('one.running')}>
          <h2>{t('one.running')}</h2>
          <WorkerRooms worker={worker} />
          {worker.running.length === 0 ? (
            <p className="text-muted text-sm">{t('one.nothingRuns')}</p>
          ) : (
            <ul className="space-y-2">
              {worker.running.map((task) => (
                <li key={task.id} className="text-sm">
                  <Link className="link break-all" href={`/tasks/${task.id}`}>
                    {task.name}
                  </Link>
                  {task.progress !== null && (
                    <ProgressBar percent={task.progress.overall} label={t('card.progress', { name: task.name })} />
                  )}
                </li>
              ))}
            </ul>
          )}
        </section>
        <About worker={worker} />
      </div>
      <History name={name} />
      {(own || mayChange || mayKeys) && <Credentials name={name} mayEnrol={own || mayCreate} />}
    </div>
  )
}

function About({ worker }: { worker: Worker }) {
  const t = useTranslations('workers')
  const format = useFormat()
  const { record, quiet } = worker
  const ended = (record?.succeeded ?? 0) + (record?.failed ?? 0)
  const platforms = Object.entries(worker.platforms).map(([platform, limit]) =>
    t('one.platformLimit', { platform, limit }),
  )
  return (
    <Facts
      title={t('one.about')}
      facts={[
        [t('one.owner'), worker.owner],
        [t('one.kind'), t(`one.kinds.${worker.kind}`)],
        [t('one.version'), worker.version ?? '–'],
        [t('one.lastSeen'), worker.lastSeenAt === null ? t('card.never') : <Ago key="seen" date={worker.lastSeenAt} />],
        [
          t('one.success'),
          ended === 0
            ? t('card.noRecord', { days: RECORD_DAYS })
            : t('card.success', {
                share: format.percent((record?.succeeded ?? 0) / ended),
                count: ended,
                days: RECORD_DAYS,
              }),
        ],
        [t('one.taskTypes'), worker.taskTypes.length === 0 ? t('one.noTaskTypes') : format.list(worker.taskTypes)],
        [t('one.platforms'), platforms.length === 0 ? t('one.none') : format.list(platforms)],
        [t('one.contexts'), worker.contexts.length === 0 ? t('one.none') : format.list(worker.contexts)],
        [t('one.selfish'), t(worker.selfish ? 'one.yes' : 'one.no')],
        [t('quiet.title'), quiet === null ? t('actions.noQuietYet') : <Quiet key="quiet" hours={quiet.hours} />],
      ]}
    />
  )
}

function Quiet({ hours }: { hours: NonNullable<Worker['quiet']>['hours'] }) {
  const t = useTranslations('workers')
  const dayName = useDayNames()
  return (
    <>
      {hours.spans.map((span, index) => (
        <span key={index} className="block">
          {span.days.length === 0 ? t('actions.everyDay') : span.days.map(dayName).join(', ')}:{' '}
          {t(span.to <= span.from ? 'quiet.nextDay' : 'quiet.span', { from: span.from, to: span.to })}
        </span>
      ))}
      <span className="text-muted block">{t('quiet.zone', { zone: hours.zone })}</span>
    </>
  )
}
