'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { parseAsBoolean, useQueryState } from 'nuqs'
import { useFormat } from '#components/format'
import { Loading, Problem } from '#components/states'
import { useNow } from '#components/time'
import { resolveGroup } from '#lib/contract/stats'
import type { Range } from '#lib/core/stats'
import { api, useMay } from '../queries'
import { useChange } from '../workers/queries'
import { useFailureGroups } from './queries'

/** Failures that look alike, with the last of each, and the way to call them mended. */
export function Failures({ range }: { range: Range }) {
  const t = useTranslations('dashboard.failures')
  const reason = useTranslations('workers.reasons')
  const format = useFormat()
  const now = useNow()
  const may = useMay('tasks.cancel')
  const [resolved, setResolved] = useQueryState('mended', parseAsBoolean.withDefault(false))
  const { data, error, isPending, refetch } = useFailureGroups(range, resolved)
  const resolve = useChange((id: string) => api.call(resolveGroup, { params: { id }, body: { resolved: !resolved } }))
  return (
    <section className="panel" aria-label={t('title')}>
      <div className="border-line flex flex-wrap items-center justify-between gap-3 border-b px-4 py-3">
        <div>
          <h2>{t('title')}</h2>
          <p className="text-muted text-sm">{t('text')}</p>
        </div>
        <button
          type="button"
          aria-pressed={resolved}
          className="button aria-pressed:border-accent aria-pressed:bg-accent-soft"
          onClick={() => void setResolved(resolved ? null : true)}
        >
          {t('showResolved')}
        </button>
      </div>
      {resolve.error !== null && (
        <div className="p-4">
          <Problem error={resolve.error} />
        </div>
      )}
      {isPending ? (
        <Loading rows={3} />
      ) : error !== null ? (
        <div className="p-4">
          <Problem error={error} retry={() => void refetch()} />
        </div>
      ) : data.items.length === 0 ? (
        <p className="text-muted px-4 py-3 text-sm">{t(resolved ? 'noneResolved' : 'none')}</p>
      ) : (
        <ul className="divide-line divide-y">
          {data.items.map((group) => (
            <li
              key={group.id}
              className="grid gap-x-4 gap-y-1 px-4 py-3 text-sm sm:grid-cols-[6rem_minmax(0,1fr)_auto]"
            >
              <div>
                <p className="text-lg font-semibold">{t('times', { count: group.failures })}</p>
                <p className="text-muted text-xs">{t('total', { count: format.number(group.total) })}</p>
              </div>
              <div className="min-w-0">
                <p className="font-medium">
                  {group.taskType}: {reason(group.reasonCode)}
                </p>
                {group.text !== '' && (
                  <p className="break-words" dir="auto">
                    {group.text}
                  </p>
                )}
                <p className="text-muted text-xs">
                  <Link className="link" href={`/tasks/${group.lastTaskId}`} suppressHydrationWarning>
                    {t('last', { when: format.relative(group.lastAt, now), schedule: group.lastSchedule })}
                  </Link>
                  {group.lastWorker !== null && ` ${t('on', { worker: group.lastWorker })}`}
                  {group.resolved !== null && (
                    <>
                      {' · '}
                      {t('resolved', { who: group.resolved.by ?? '', when: format.at(group.resolved.at) })}
                    </>
                  )}
                </p>
                {group.sample !== '' && group.sample !== group.text && (
                  <details className="mt-1">
                    <summary className="text-muted w-fit cursor-pointer text-xs">{t('sample')}</summary>
                    <pre
                      className="bg-sunken mt-1 max-h-40 overflow-auto rounded p-2 font-mono text-xs whitespace-pre-wrap"
                      dir="auto"
                      tabIndex={0}
                    >
                      {group.sample}
                    </pre>
                  </details>
                )}
              </div>
              {may && (
                <button
                  type="button"
                  className="button h-fit w-fit"
                  aria-label={
                    resolved ? `${t('reopen')}: ${group.text}` : t('resolveOne', { text: group.text || group.taskType })
                  }
                  disabled={resolve.isPending}
                  onClick={() => resolve.mutate(group.id)}
                >
                  {t(resolved ? 'reopen' : 'resolve')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
