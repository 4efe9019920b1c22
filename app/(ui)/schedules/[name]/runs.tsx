'use client'

import { Download } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { OutcomeBar, type Outcome } from '#components/bars'
import { useFormat } from '#components/format'
import { Empty, Loading, Problem } from '#components/states'
import { StatusBadge } from '#components/status'
import { Ago, useNow } from '#components/time'
import { isFinal, type TaskStatus } from '#lib/core/task'
import { useRuns } from '../queries'

type Run = NonNullable<ReturnType<typeof useRuns>['data']>['items'][number]

const TONE: Record<TaskStatus, Outcome['tone']> = {
  requested: 'muted',
  reserved: 'busy',
  started: 'busy',
  succeeded: 'good',
  failed: 'bad',
  canceled: 'warn',
}
const secondsOf = (run: Run, now: number): number | null =>
  run.startedAt === null
    ? null
    : ((run.endedAt === null ? now : new Date(run.endedAt).getTime()) - new Date(run.startedAt).getTime()) / 1000

/** The last runs as a bar of outcomes and durations, with a table behind it. */
export function Runs({ name }: { name: string }) {
  const t = useTranslations('schedules.runs')
  const status = useTranslations('common.status')
  const format = useFormat()
  const now = useNow()
  const query = useRuns(name)
  const runs = query.data?.items ?? []
  const took = (run: Run) => {
    const seconds = secondsOf(run, now)
    return seconds === null ? t('unfinished') : format.duration(seconds)
  }
  return (
    <section className="panel" aria-label={t('title')}>
      <h2 className="border-line border-b px-4 py-3">{t('title')}</h2>
      {query.error !== null && <Problem error={query.error} retry={() => void query.refetch()} />}
      {query.isPending ? (
        <Loading rows={3} />
      ) : runs.length === 0 ? (
        <Empty title={t('none')}>
          <p className="text-sm">{t('noneHint')}</p>
        </Empty>
      ) : (
        <div className="space-y-3 px-4 py-3">
          <OutcomeBar
            label={t('bar')}
            outcomes={runs.toReversed().map((run) => ({
              key: run.id,
              tone: TONE[run.status],
              size: secondsOf(run, now),
              label: t('one', { status: status(run.status), when: format.at(run.requestedAt), duration: took(run) }),
              href: `/tasks/${run.id}`,
            }))}
          />
          <div className="overflow-x-auto" role="region" aria-label={t('table')} tabIndex={0}>
            <table className="data-table">
              <thead>
                <tr>
                  <th scope="col">{t('status')}</th>
                  <th scope="col">{t('when')}</th>
                  <th scope="col">{t('took')}</th>
                  <th scope="col">{t('memory')}</th>
                  <th scope="col">{t('worker')}</th>
                </tr>
              </thead>
              <tbody>
                {runs.slice(0, 8).map((run) => (
                  <tr key={run.id}>
                    <td>
                      <Link className="link" href={`/tasks/${run.id}`}>
                        <StatusBadge status={run.status} />
                      </Link>
                      {run.reasonCode !== null && <div className="text-muted text-xs">{run.reasonCode}</div>}
                    </td>
                    <td className="whitespace-nowrap">
                      <Ago date={run.startedAt ?? run.requestedAt} />
                    </td>
                    <td className="whitespace-nowrap">
                      {isFinal(run.status) || run.startedAt !== null ? took(run) : ''}
                    </td>
                    <td className="whitespace-nowrap">
                      {run.used.memory === null ? '' : format.bytes(run.used.memory)}
                    </td>
                    <td className="break-all">{run.worker}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
    </section>
  )
}

/** What its last runs made. */
export function Files({ name }: { name: string }) {
  const t = useTranslations('schedules.files')
  const format = useFormat()
  const query = useRuns(name)
  if (query.data === undefined || query.data.items.length === 0) return null
  const files = query.data.items.flatMap((run) => run.files.map((file) => ({ ...file, run: run.id }))).slice(0, 10)
  return (
    <section className="panel" aria-label={t('title')}>
      <h2 className="border-line border-b px-4 py-3">{t('title')}</h2>
      {files.length === 0 ? (
        <p className="text-muted px-4 py-3 text-sm">{t('none')}</p>
      ) : (
        <ul className="divide-line divide-y text-sm">
          {files.map((file) => (
            <li key={file.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2.5">
              <Link dir="auto" className="link min-w-0 font-medium break-all" href={`/tasks/${file.run}`}>
                {file.name}
              </Link>
              <span className="text-muted flex items-center gap-3">
                {format.bytes(file.size)}
                <span className={file.check === null ? '' : file.check.result === 0 ? 'text-good' : 'text-bad'}>
                  {t(file.check === null ? 'unchecked' : file.check.result === 0 ? 'valid' : 'invalid')}
                </span>
                {file.stored && (
                  <a
                    className="text-accent -m-1 p-1"
                    href={`/api/farm/files/${file.id}`}
                    aria-label={t('download', { name: file.name })}
                  >
                    <Download aria-hidden className="size-4" />
                  </a>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
