'use client'

import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { Plus } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { useFormat } from '#components/format'
import { Empty, Loading, Problem } from '#components/states'
import { ProgressBar } from '#components/status'
import { Ago } from '#components/time'
import { RECORD_DAYS, WORKER_SORTS, WORKER_STANDINGS } from '#lib/core/worker'
import { useLive } from '../live'
import { LiveDot } from '../live-dot'
import { useMay } from '../queries'
import { Enrol } from './enrol'
import { HeldBack } from './held-back'
import { useWorkerCounts, useWorkerList, type Worker } from './queries'
import { StandingBadge, standingOf } from './standing'
import { WhyHeld } from './why-held'
import { WorkerRooms } from './worker-rooms'

const STATE = {
  q: parseAsString.withDefault(''),
  standing: parseAsArrayOf(parseAsStringLiteral(WORKER_STANDINGS)).withDefault([]),
  taskType: parseAsString.withDefault(''),
  platform: parseAsString.withDefault(''),
  version: parseAsString.withDefault(''),
  sort: parseAsStringLiteral(WORKER_SORTS).withDefault('name'),
}

export function WorkerGrid() {
  const t = useTranslations('workers')
  const live = useLive()
  const mayEnrol = useMay('workers.create')
  const [enrolling, setEnrolling] = useState(false)
  const [state, setState] = useQueryStates(STATE, { history: 'replace', throttleMs: 200 })
  const filter = useDeferredValue({
    q: state.q || undefined,
    standing: state.standing.length > 0 ? state.standing : undefined,
    taskType: state.taskType || undefined,
    platform: state.platform || undefined,
    version: state.version || undefined,
    sort: state.sort,
  })
  const list = useWorkerList(filter)
  const counts = useWorkerCounts()
  const filtered =
    [state.q, state.taskType, state.platform, state.version].some((one) => one !== '') || state.standing.length > 0
  const workers = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <div className="flex items-baseline gap-3">
          <h1>{t('title')}</h1>
          <LiveDot open={live} />
        </div>
        {mayEnrol && (
          <button type="button" className="button button-primary" onClick={() => setEnrolling(true)}>
            <Plus aria-hidden className="size-4" /> {t('list.enrol')}
          </button>
        )}
      </div>
      <HeldBack />
      <section aria-label={t('list.filters')} className="mb-4 space-y-3">
        <div role="group" aria-label={t('list.standing')} className="flex flex-wrap gap-2">
          {WORKER_STANDINGS.map((standing) => {
            const on = state.standing.includes(standing)
            return (
              <button
                key={standing}
                type="button"
                aria-pressed={on}
                className="button aria-pressed:border-accent aria-pressed:bg-accent-soft"
                onClick={() =>
                  void setState({
                    standing: on ? state.standing.filter((one) => one !== standing) : [...state.standing, standing],
                  })
                }
              >
                <StandingBadge standing={standing} />
                <span className="text-muted">{counts.data?.[standing] ?? '–'}</span>
              </button>
            )
          })}
        </div>
        <div className="flex flex-wrap items-end gap-3">
          <FilterField label={t('list.search')}>
            {(id) => (
              <input
                id={id}
                type="search"
                className="field w-52"
                placeholder={t('list.searchHint')}
                value={state.q}
                onChange={(event) => void setState({ q: event.target.value })}
              />
            )}
          </FilterField>
          {(['taskType', 'platform', 'version'] as const).map((key) => (
            <FilterField key={key} label={t(`list.${key}`)}>
              {(id) => (
                <input
                  id={id}
                  className="field w-32"
                  placeholder={t('list.any')}
                  value={state[key]}
                  onChange={(event) => void setState({ [key]: event.target.value })}
                />
              )}
            </FilterField>
          ))}
          <FilterField label={t('list.sort')}>
            {(id) => (
              <select
                id={id}
                className="field"
                value={state.sort}
                onChange={(event) => void setState({ sort: event.target.value as (typeof WORKER_SORTS)[number] })}
              >
                {WORKER_SORTS.map((sort) => (
                  <option key={sort} value={sort}>
                    {t(`list.sorts.${sort}`)}
                  </option>
                ))}
              </select>
            )}
          </FilterField>
          {filtered && (
            <button type="button" className="link min-h-9 text-sm" onClick={() => void setState(null)}>
              {t('list.clear')}
            </button>
          )}
        </div>
      </section>
      {list.isPending ? (
        <Loading />
      ) : list.error !== null ? (
        <Problem error={list.error} retry={() => void list.refetch()} />
      ) : workers.length === 0 ? (
        <section className="panel">
          <Empty title={t(filtered ? 'list.noMatch' : 'list.none')}>
            <p>{t(filtered ? 'list.noMatchText' : 'list.noneText')}</p>
          </Empty>
        </section>
      ) : (
        <Rows
          workers={workers}
          more={list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : null}
        />
      )}
      {enrolling && <Enrol onClose={() => setEnrolling(false)} />}
    </>
  )
}

function FilterField({ label, children }: { label: string; children: (id: string) => React.ReactNode }) {
  const id = `filter-${label}`.replace(/\s+/g, '-')
  return (
    <div className="grid gap-1">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {children(id)}
    </div>
  )
}

/** Only the rows near what is seen are there; the next page comes before its rows are. */
function Rows({ workers, more }: { workers: readonly Worker[]; more: (() => void) | null }) {
  const t = useTranslations('workers.list')
  const ref = useRef<HTMLUListElement>(null)
  const [top, setTop] = useState(0)
  useEffect(() => {
    const measure = () => setTop((ref.current?.getBoundingClientRect().top ?? 0) + window.scrollY)
    measure()
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  const virtual = useWindowVirtualizer({
    count: workers.length,
    estimateSize: () => 150,
    overscan: 6,
    scrollMargin: top,
    getItemKey: (index) => workers[index]?.id ?? index,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= workers.length - 20) more?.()
  }, [last, workers.length, more])
  return (
    <>
      <ul ref={ref} className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const worker = workers[item.index]
          if (worker === undefined) return null
          return (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              aria-setsize={more === null ? workers.length : -1}
              aria-posinset={item.index + 1}
              className="absolute inset-x-0 top-0 pb-3"
              style={{ transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
            >
              <Card worker={worker} />
            </li>
          )
        })}
      </ul>
      <p className="text-muted mt-2 text-sm" role="status">
        {more === null ? t('count', { count: workers.length }) : t('loadingMore')}
      </p>
    </>
  )
}

const SHOWN = 3

function Card({ worker }: { worker: Worker }) {
  const t = useTranslations('workers')
  const format = useFormat()
  const { record, running } = worker
  const ended = (record?.succeeded ?? 0) + (record?.failed ?? 0)
  return (
    <article className="panel grid gap-x-6 gap-y-3 p-4 lg:grid-cols-[minmax(0,13rem)_minmax(0,1fr)_minmax(0,1.2fr)]">
      <div className="min-w-0 space-y-1">
        <h2 className="break-all">
          <Link className="link" href={`/workers/${encodeURIComponent(worker.name)}`}>
            {worker.name}
          </Link>
        </h2>
        <StandingBadge standing={standingOf(worker)} />
        <p className="text-muted text-xs">
          {t(`one.kinds.${worker.kind}`)}
          {worker.version !== null && ` ${worker.version}`}
          {worker.owner !== worker.name && ` · ${worker.owner}`}
        </p>
        <p className="text-muted text-xs">
          {worker.lastSeenAt === null ? (
            t('card.never')
          ) : (
            <>
              {t('card.seen')} <Ago date={worker.lastSeenAt} />
            </>
          )}
        </p>
      </div>
      <WorkerRooms worker={worker} />
      <div className="min-w-0 space-y-2">
        <WhyHeld worker={worker} />
        <p className="text-muted text-xs">
          {ended === 0
            ? t('card.noRecord', { days: RECORD_DAYS })
            : t('card.success', {
                share: format.percent((record?.succeeded ?? 0) / ended),
                count: ended,
                days: RECORD_DAYS,
              })}
        </p>
        <p className="text-sm">{t('card.runs', { count: running.length })}</p>
        <ul className="space-y-1.5">
          {running.slice(0, SHOWN).map((task) => (
            <li key={task.id} className="text-sm">
              <Link className="link block truncate py-0.5" href={`/tasks/${task.id}`}>
                {task.name}
              </Link>
              {task.progress !== null && (
                <ProgressBar percent={task.progress.overall} label={t('card.progress', { name: task.name })} />
              )}
            </li>
          ))}
          {running.length > SHOWN && (
            <li className="text-sm">
              <Link className="link" href={`/workers/${encodeURIComponent(worker.name)}`}>
                {t('card.more', { count: running.length - SHOWN })}
              </Link>
            </li>
          )}
        </ul>
      </div>
    </article>
  )
}
