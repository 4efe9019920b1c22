'use client'

import { Copy, ExternalLink, History as HistoryIcon, Pencil } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import dynamic from 'next/dynamic'
import { Complaints } from '#components/complaints'
import { Facts } from '#components/facts'
import { useFormat } from '#components/format'
import { Loading, PageProblem } from '#components/states'
import { Ago } from '#components/time'
import { MASK } from '#lib/core/secrets'
import type { ParamValue } from '#lib/core/schedule'
import { useLive } from '../../live'
import { LiveDot } from '../../live-dot'
import { useMay } from '../../queries'
import { RequestButton } from '../../request'
import type { Schedule } from '../editor/model'
import { useMasked } from '../queries'
import { ArchiveButton } from './archive'
import { DeleteButton } from './delete'
import { LastSaves } from './last-saves'
import { Files, Runs } from './runs'
import { TestRunButton } from './test-run'
import { Ticks } from './ticks'

const Markdown = dynamic(() => import('#components/markdown').then((module) => module.Markdown))

function Actions({ schedule }: { schedule: Schedule }) {
  const t = useTranslations('schedules.view')
  const mayEdit = useMay('schedules.update')
  const mayCreate = useMay('schedules.create')
  const mayRead = useMay('schedules.read')
  const here = `/schedules/${encodeURIComponent(schedule.name)}`
  const archived = schedule.archivedAt !== null
  return (
    <div className="flex flex-wrap items-center gap-2">
      {!archived && <RequestButton schedule={schedule.name} enabled={schedule.enabled} />}
      {mayEdit && !archived && (
        <Link className="button" href={`${here}/edit`}>
          <Pencil aria-hidden className="size-4" /> {t('edit')}
        </Link>
      )}
      {!archived && <TestRunButton name={schedule.name} />}
      {mayCreate && (
        <Link className="button" href={`/schedules/new?from=${encodeURIComponent(schedule.name)}`}>
          <Copy aria-hidden className="size-4" /> {t('copy')}
        </Link>
      )}
      {mayRead && (
        <Link className="button" href={`${here}/history`}>
          <HistoryIcon aria-hidden className="size-4" /> {t('history')}
        </Link>
      )}
      <ArchiveButton name={schedule.name} archived={archived} />
      <DeleteButton name={schedule.name} queued={schedule.queued} />
    </div>
  )
}

const shown = (value: ParamValue) => (Array.isArray(value) ? value.join('\n') : String(value))

function Params({ schedule }: { schedule: Schedule }) {
  const t = useTranslations('schedules.view')
  const entries = Object.entries(schedule.config.params)
  return (
    <>
      <section className="panel" aria-label={t('params')}>
        <h2 className="border-line border-b px-4 py-3">{t('params')}</h2>
        {entries.length === 0 && <p className="text-muted px-4 py-3 text-sm">{t('noParams')}</p>}
        <dl className="grid grid-cols-1 gap-x-4 gap-y-1.5 px-4 py-3 text-sm sm:grid-cols-[minmax(8rem,14rem)_minmax(0,1fr)]">
          {entries.map(([key, value]) => (
            <div key={key} className="contents">
              <dt className="text-muted break-words">{key}</dt>
              <dd dir="auto" className="mb-1 break-words whitespace-pre-wrap sm:mb-0">
                {value === MASK ? <span aria-hidden>••••••••</span> : shown(value)}
                {value === MASK && <span className="sr-only">{MASK}</span>}
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <details className="panel px-4 py-3 text-sm">
        <summary className="cursor-pointer font-medium">{t('command')}</summary>
        <pre dir="ltr" className="mt-2 font-mono text-xs break-all whitespace-pre-wrap">
          {schedule.command.join(' \\\n  ')}
        </pre>
      </details>
    </>
  )
}

function Details({ schedule }: { schedule: Schedule }) {
  const t = useTranslations('schedules.view')
  const period = useTranslations('schedules.periodicity')
  const format = useFormat()
  const { resources, config, durations } = schedule
  const version = encodeURIComponent(schedule.definitionVersion)
  const definition = `/task-types/${encodeURIComponent(schedule.taskType)}?version=${version}`
  return (
    <Facts
      title={t('how')}
      facts={[
        [
          t('definition'),
          <Link key="definition" className="link" href={definition}>
            {schedule.taskType} {schedule.definitionVersion}
          </Link>,
        ],
        [
          t('period'),
          schedule.periodicity === 'manually'
            ? period('manually')
            : `${period(schedule.periodicity)}, ${t(`from.${schedule.periodFrom}`)}`,
        ],
        [t('cpu'), format.number(resources.cpu)],
        [t('memory'), format.bytes(resources.memory)],
        [t('disk'), format.bytes(resources.disk)],
        ...(schedule.platform === null ? [] : [[t('platform'), schedule.platform] satisfies [string, string]]),
        [t('context'), schedule.context === '' ? t('anyWorker') : schedule.context],
        ...(config.image === null
          ? []
          : [[t('image'), `${config.image.name}:${config.image.tag}`] satisfies [string, string]]),
        [t('warehousePath'), config.warehousePath === '' ? '/' : config.warehousePath],
        [
          t('takes'),
          durations.workers.length === 0
            ? t('unmeasured')
            : format.list(
                durations.workers.map(({ seconds, worker }) => t('on', { duration: format.duration(seconds), worker })),
              ),
        ],
      ]}
    />
  )
}

export function ScheduleView({ name }: { name: string }) {
  const live = useLive()
  const t = useTranslations('schedules')
  const { data: schedule, error, isPending, refetch } = useMasked(name)
  if (isPending) return <Loading />
  if (error !== null) return <PageProblem title={name} error={error} retry={() => void refetch()} />
  return (
    <>
      <div className="mb-6 space-y-3">
        <div className="flex flex-wrap items-start justify-between gap-x-4">
          <div className="min-w-0">
            <p className="label">
              <Link href="/schedules" className="link">
                {t('title')}
              </Link>
            </p>
            <h1 dir="auto">{schedule.name}</h1>
            <p className="text-muted text-sm">
              {[schedule.taskType, schedule.category, schedule.language.nameEn, ...schedule.tags].join(' · ')}
              {schedule.archivedAt !== null && <span className="text-warn font-medium"> · {t('archived')}</span>}
              {!schedule.enabled && <span className="text-warn font-medium"> · {t('disabled')}</span>}
              {schedule.overdue && <span className="text-warn font-medium"> · {t('overdue')}</span>}
            </p>
          </div>
          <LiveDot open={live} />
        </div>
        <Actions schedule={schedule} />
      </div>
      {schedule.queued > 0 && (
        <p role="status" className="bg-accent-soft mb-4 rounded-lg px-4 py-2 text-sm">
          {t('view.waits')}
        </p>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="min-w-0 space-y-4">
          {schedule.invalid !== null && <Complaints title={t('view.invalid')} fields={schedule.invalid} />}
          {(schedule.notes !== '' || schedule.tickets.length > 0) && (
            <section className="panel space-y-3 p-4" aria-label={t('view.notes')}>
              {schedule.notes !== '' && <Markdown text={schedule.notes} />}
              {schedule.tickets.length > 0 && (
                <ul aria-label={t('view.tickets')} className="space-y-1 text-sm">
                  {schedule.tickets.map((ticket) => (
                    <li key={ticket}>
                      <a className="link break-all" href={ticket} rel="noopener noreferrer nofollow">
                        <ExternalLink aria-hidden className="mr-1 inline size-3.5" />
                        {ticket}
                      </a>
                    </li>
                  ))}
                </ul>
              )}
            </section>
          )}
          <Runs name={schedule.name} />
          <Files name={schedule.name} />
          <Params schedule={schedule} />
        </div>
        <div className="min-w-0 space-y-4">
          <Facts
            title={t('view.state')}
            facts={[
              [
                t('view.lastSuccess'),
                <span key="success" className={schedule.overdue ? 'text-warn font-medium' : undefined}>
                  {schedule.lastSuccessAt === null ? t('never') : <Ago date={schedule.lastSuccessAt} />}
                  {schedule.overdue && ` (${t('overdue')})`}
                </span>,
              ],
              ...(schedule.failedInRow === 0
                ? []
                : [[t('view.failedInRow'), schedule.failedInRow] satisfies [string, React.ReactNode]]),
            ]}
          />
          <Ticks schedule={schedule} />
          <Details schedule={schedule} />
          <LastSaves name={schedule.name} />
        </div>
      </div>
    </>
  )
}
