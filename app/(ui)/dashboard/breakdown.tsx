'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useFormat } from '#components/format'
import { Loading, Problem } from '#components/states'
import type { Range } from '#lib/core/stats'
import { useBreakdown } from './queries'

const BY = ['task_type', 'requester', 'worker'] as const

/** The figures of each task type, requester or worker. */
export function Breakdown({ range }: { range: Range }) {
  const t = useTranslations('dashboard.by')
  const format = useFormat()
  const [by, setBy] = useQueryState('by', parseAsStringLiteral(BY).withDefault('task_type'))
  const { data, error, isPending, refetch } = useBreakdown(by, range)
  const share = (value: number | null) => (value === null ? '–' : format.percent(value))
  const lasted = (value: number | null) => (value === null ? '–' : format.duration(value))
  const link = (name: string) =>
    by === 'worker' ? (
      <Link className="link" href={`/workers/${encodeURIComponent(name)}`}>
        {name}
      </Link>
    ) : by === 'task_type' ? (
      <Link className="link" href={`/task-types/${encodeURIComponent(name)}`}>
        {name}
      </Link>
    ) : (
      name
    )
  return (
    <section className="panel" aria-label={`${t('title')}: ${t(by)}`}>
      <div className="border-line flex flex-wrap items-center gap-3 border-b px-4 py-3">
        <h2>{t('title')}</h2>
        <div role="group" aria-label={t('title')} className="flex flex-wrap gap-1">
          {BY.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={by === one}
              className="button aria-pressed:border-accent aria-pressed:bg-accent-soft"
              onClick={() => void setBy(one)}
            >
              {t(one)}
            </button>
          ))}
        </div>
      </div>
      {isPending ? (
        <Loading rows={3} />
      ) : error !== null ? (
        <div className="p-4">
          <Problem error={error} retry={() => void refetch()} />
        </div>
      ) : data.items.length === 0 ? (
        <p className="text-muted px-4 py-3 text-sm">{t('nothing')}</p>
      ) : (
        <div className="max-h-96 overflow-auto" role="region" aria-label={t(by)} tabIndex={0}>
          <table className="data-table">
            <thead>
              <tr>
                <th scope="col">{t('name')}</th>
                {(['requested', 'succeeded', 'failed', 'canceled', 'success', 'p50', 'p90', 'ran'] as const).map(
                  (key) => (
                    <th key={key} scope="col" className="text-right!">
                      {t(key)}
                    </th>
                  ),
                )}
                {by === 'worker' && (
                  <th scope="col" className="text-right!">
                    {t('cpu')}
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {data.items.map((row) => {
                const done = row.succeeded + row.failed
                return (
                  <tr key={row.subject}>
                    <td className="min-w-32 break-words">{link(row.name)}</td>
                    {[row.requested, row.succeeded, row.failed, row.canceled].map((value, index) => (
                      <td key={index} className="text-right">
                        {format.number(value)}
                      </td>
                    ))}
                    <td className="text-right">{share(done === 0 ? null : row.succeeded / done)}</td>
                    <td className="text-right whitespace-nowrap">{lasted(row.waitP50)}</td>
                    <td className="text-right whitespace-nowrap">{lasted(row.waitP90)}</td>
                    <td className="text-right whitespace-nowrap">{format.duration(row.runSeconds)}</td>
                    {by === 'worker' && <td className="text-right">{share(row.cpuShare)}</td>}
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
