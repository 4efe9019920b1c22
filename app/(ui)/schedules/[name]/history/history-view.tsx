'use client'

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { parseAsInteger, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { Changes } from '#components/changes'
import { Empty, Loading, PageProblem, Problem } from '#components/states'
import { Ago } from '#components/time'
import { getScheduleRevision, listScheduleHistory } from '#lib/contract/schedule-history'
import { useLive } from '../../../live'
import { api, useMay } from '../../../queries'
import { useVersion } from '../../../task-types/queries'
import { usePlaceName } from '../../editor/use-place-name'
import { useMasked } from '../../queries'
import { Restore } from './restore'

export type Entry = { id: string; version: number; author: string; at: string; comment: string | null }

/** All saves of a schedule; two of them compared by the address (`?from=…&to=…`), and any brought back. */
export function HistoryView({ name }: { name: string }) {
  useLive()
  const t = useTranslations('schedules.history')
  const top = useTranslations('schedules')
  const common = useTranslations('common')
  const allowed = useMay('schedules.read')
  const [{ from, to }, setPair] = useQueryStates({ from: parseAsInteger, to: parseAsInteger }, { history: 'push' })
  const schedule = useMasked(name)
  const query = useInfiniteQuery({
    queryKey: ['schedule', name, 'history'],
    queryFn: ({ pageParam }) =>
      api.call(listScheduleHistory, { params: { name }, query: { limit: 50, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: allowed,
  })
  if (schedule.isPending) return <Loading />
  if (schedule.error !== null)
    return <PageProblem title={name} error={schedule.error} retry={() => void schedule.refetch()} />
  const entries = query.data?.pages.flatMap((page) => page.items) ?? []
  const latest = entries[0]
  const chosen = entries.find(({ version }) => version === to) ?? latest
  const before =
    entries.find(({ version }) => version === from) ?? entries[chosen === undefined ? -1 : entries.indexOf(chosen) + 1]
  return (
    <>
      <p className="label">
        <Link href="/schedules" className="link">
          {top('title')}
        </Link>
        {' / '}
        <Link href={`/schedules/${encodeURIComponent(name)}`} className="link break-all">
          {name}
        </Link>
      </p>
      <h1 className="mb-4">{t('pageTitle', { name })}</h1>
      {!allowed ? (
        <Empty title={t('forbidden')} />
      ) : query.error !== null ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <Loading />
      ) : (
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(18rem,2fr)_minmax(0,3fr)]">
          <section className="panel min-w-0 overflow-hidden" aria-label={t('title')}>
            {entries.length === 0 && <Empty title={t('none')} />}
            <ol className="divide-line divide-y">
              {entries.map((entry) => (
                <li
                  key={entry.id}
                  className={`px-4 py-3 text-sm ${entry === chosen ? 'bg-accent-soft' : entry === before ? 'bg-sunken' : ''}`}
                >
                  <div className="flex flex-wrap items-baseline justify-between gap-x-3">
                    <span className="font-medium">
                      {t('version', { version: entry.version })}
                      {entry === latest && <span className="text-muted font-normal"> · {t('latest')}</span>}
                    </span>
                    <span className="text-muted">
                      <Ago date={entry.at} />
                    </span>
                  </div>
                  <p dir="auto" className="text-muted break-words">
                    {entry.author}
                    {entry.comment !== null && `: ${entry.comment}`}
                  </p>
                  <div className="mt-1.5 flex gap-2" role="group" aria-label={t('version', { version: entry.version })}>
                    <button
                      type="button"
                      className="button aria-pressed:border-accent"
                      aria-pressed={entry === before}
                      onClick={() => void setPair({ from: entry.version, to: chosen?.version ?? null })}
                    >
                      {t('from')}
                    </button>
                    <button
                      type="button"
                      className="button aria-pressed:border-accent"
                      aria-pressed={entry === chosen}
                      onClick={() => void setPair({ from, to: entry.version })}
                    >
                      {t('to')}
                    </button>
                  </div>
                </li>
              ))}
            </ol>
            {query.hasNextPage && (
              <div className="p-3 text-center">
                <button type="button" className="button" onClick={() => void query.fetchNextPage()}>
                  {common('showMore')}
                </button>
              </div>
            )}
          </section>
          {chosen !== undefined && latest !== undefined && (
            <Comparison
              key={`${chosen.id} ${before?.id}`}
              name={name}
              chosen={chosen}
              before={before}
              latest={latest}
              archived={schedule.data.archivedAt !== null}
            />
          )}
        </div>
      )}
    </>
  )
}

function Comparison({
  name,
  chosen,
  before,
  latest,
  archived,
}: {
  name: string
  chosen: Entry
  before: Entry | undefined
  latest: Entry
  archived: boolean
}) {
  const t = useTranslations('schedules.history')
  const mayRestore = useMay('schedules.update')
  const [restoring, setRestoring] = useState<Entry | null>(null)
  const query = useQuery({
    queryKey: ['schedule', name, 'revision', chosen.id, before?.id],
    queryFn: () =>
      api.call(getScheduleRevision, {
        params: { name, id: chosen.id },
        query: { secrets: 'false', ...(before !== undefined && { against: before.id }) },
      }),
  })
  const snapshot = query.data?.snapshot
  const definition = useVersion(snapshot?.taskType ?? '', snapshot?.definitionVersion ?? '')
  const nameOf = usePlaceName(definition.data?.definition)
  const candidates = [...new Set([chosen, before])].flatMap((entry) =>
    entry === undefined || entry.id === latest.id ? [] : [entry],
  )
  return (
    <section className="panel min-w-0 space-y-4 p-4" aria-label={t('compare')}>
      {query.error !== null ? (
        <Problem error={query.error} retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <Loading rows={3} />
      ) : (
        <Changes
          title={
            before === undefined
              ? t('version', { version: chosen.version })
              : t('changed', { from: before.version, to: chosen.version })
          }
          changes={query.data.changes}
          nameOf={nameOf}
        />
      )}
      {mayRestore && !archived && candidates.length > 0 && (
        <div className="flex flex-wrap gap-2">
          {candidates.map((entry) => (
            <button key={entry.id} type="button" className="button" onClick={() => setRestoring(entry)}>
              {t('restore', { version: entry.version })}
            </button>
          ))}
        </div>
      )}
      {restoring !== null && (
        <Restore name={name} entry={restoring} latest={latest} nameOf={nameOf} onClose={() => setRestoring(null)} />
      )}
    </section>
  )
}
