'use client'

import { useTranslations } from 'next-intl'
import { useFormat } from '#components/format'
import { Loading, Problem } from '#components/states'
import { Ago } from '#components/time'
import { usePeriodic } from '../queries'

/** What the dispatchers do again and again, and how it went. */
export function Jobs() {
  const t = useTranslations('admin.jobs')
  const format = useFormat()
  const { data, error, isPending, refetch } = usePeriodic()
  if (isPending) return <Loading />
  if (error !== null) return <Problem error={error} retry={() => void refetch()} />
  return (
    <div className="panel overflow-x-auto" role="region" aria-label={t('name')} tabIndex={0}>
      <table className="data-table">
        <thead>
          <tr>
            {(['name', 'every', 'last', 'did', 'next', 'runs', 'failures'] as const).map((key) => (
              <th key={key} scope="col">
                {t(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.items.map((job) => {
            const did = Object.entries(job.did).filter(([, count]) => count > 0)
            return (
              <tr key={job.name}>
                <td className="min-w-56">
                  <p className="font-medium">{job.name}</p>
                  <p className="text-muted text-xs" lang="en">
                    {job.about}
                  </p>
                  {job.error !== null && (
                    <p className="text-bad text-xs break-words">{t('error', { error: job.error })}</p>
                  )}
                </td>
                <td className="whitespace-nowrap">{format.duration(job.everySeconds)}</td>
                <td className="whitespace-nowrap">
                  {job.running ? t('running') : job.lastEndedAt === null ? t('never') : <Ago date={job.lastEndedAt} />}
                  {job.tookMs !== null && (
                    <span className="text-muted block text-xs">
                      {t('took', { duration: `${format.number(job.tookMs)} ms` })}
                    </span>
                  )}
                </td>
                <td className="text-muted text-xs">
                  {did.length === 0
                    ? t('nothing')
                    : did.map(([name, count]) => `${name} ${format.number(count)}`).join(', ')}
                </td>
                <td className="whitespace-nowrap">{job.nextAt === null ? '–' : <Ago date={job.nextAt} />}</td>
                <td className="text-right">{format.number(job.runs)}</td>
                <td className={`text-right ${job.failures > 0 ? 'text-bad' : ''}`}>{format.number(job.failures)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
