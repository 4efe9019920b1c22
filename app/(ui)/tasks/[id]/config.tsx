'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Changes } from '#components/changes'
import { useFormat } from '#components/format'
import { Loading, Problem } from '#components/states'
import type { ParamValue } from '#lib/core/schedule'
import { useComparison, type Task } from './queries'

const shown = (value: ParamValue) => (Array.isArray(value) ? value.join(', ') : String(value))

function Differences({ id }: { id: string }) {
  const t = useTranslations('task')
  const format = useFormat()
  const { data, error, isPending, refetch } = useComparison(id)
  if (isPending) return <Loading rows={2} />
  if (error !== null) return <Problem error={error} retry={() => void refetch()} />
  const { previous, schedule } = data
  return (
    <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
      <div>
        {previous === null ? (
          <p className="text-muted text-sm">{t('config.noPrevious')}</p>
        ) : (
          <>
            {previous.changes.length === 0 ? (
              <>
                <h3 className="mb-1 text-sm font-medium">{t('config.previous')}</h3>
                <p className="text-muted text-sm">{t('config.same')}</p>
              </>
            ) : (
              <Changes title={t('config.previous')} changes={previous.changes.map(plain)} />
            )}
            <p className="text-muted mt-1 text-xs">
              {t.rich('config.previousLink', {
                at: format.at(previous.at),
                link: (chunks) => (
                  <Link className="link" href={`/tasks/${previous.id}`}>
                    {chunks}
                  </Link>
                ),
              })}
            </p>
          </>
        )}
      </div>
      <div>
        {schedule === null ? (
          <p className="text-muted text-sm">{t('config.scheduleGone')}</p>
        ) : schedule.changes.length === 0 ? (
          <>
            <h3 className="mb-1 text-sm font-medium">{t('config.schedule')}</h3>
            <p className="text-muted text-sm">{t('config.scheduleSame')}</p>
          </>
        ) : (
          <Changes title={t('config.schedule')} changes={schedule.changes.map(plain)} />
        )}
      </div>
    </div>
  )
}
const plain = ({ path, ...change }: { path: string; before?: unknown; after?: unknown }) => ({
  path: path.replace(/^params\./, ''),
  ...change,
})

/** What the task runs with, and in what it differs from the run before it and from its schedule as it is today. */
export function Config({ task }: { task: Task }) {
  const t = useTranslations('task')
  return (
    <section className="panel" aria-label={t('sections.config')}>
      <h2 className="border-line border-b px-4 py-3">{t('sections.config')}</h2>
      <div className="space-y-4 px-4 py-3">
        <Differences id={task.id} />
        <dl className="border-line grid grid-cols-[minmax(7rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5 border-t pt-3 text-sm">
          {Object.entries(task.config.params).map(([key, value]) => (
            <div key={key} className="contents">
              <dt className="text-muted break-all">{key}</dt>
              <dd dir="auto" className="break-words">
                <code className="text-[0.92em]">{shown(value)}</code>
              </dd>
            </div>
          ))}
        </dl>
        <details className="text-sm">
          <summary className="link w-fit cursor-pointer">{t('config.command')}</summary>
          <pre className="bg-sunken mt-2 rounded-lg p-3 font-mono text-xs break-all whitespace-pre-wrap">
            {task.config.command.join(' \\\n  ')}
          </pre>
        </details>
      </div>
    </section>
  )
}
