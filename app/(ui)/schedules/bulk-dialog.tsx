'use client'

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useEffect, useId, useState } from 'react'
import { Combo } from '#components/combo'
import { Dialog } from '#components/dialog'
import { Problem } from '#components/states'
import { createScheduleBulk, getScheduleBulk, scheduleBulkResults, stopScheduleBulk } from '#lib/contract/schedule-bulk'
import type { Input, Output } from '#lib/contract/endpoint'
import { isOver, type ScheduleAction } from '#lib/core/bulk'
import { api, useWorkers } from '../queries'
import { useSuggestions } from './queries'

type Body = NonNullable<Input<(typeof createScheduleBulk)['body']>>
export type Selection = Body['selection']
type Job = NonNullable<Output<(typeof getScheduleBulk)['response']>>
const LOOK_MS = 700

/** Asks before many schedules are changed, then shows how far it is and what became of each. */
export function BulkDialog({
  action,
  selection,
  count,
  onClose,
}: {
  action: ScheduleAction
  selection: Selection
  count: number
  onClose: (done: boolean) => void
}) {
  const t = useTranslations('schedules.bulk')
  const [job, setJob] = useState<Job | null>(null)
  // The filter may find others once they are changed: what was asked stays in the title.
  const [asked] = useState({ selection, count })
  return (
    <Dialog title={t(`confirm.${action}`, { count: asked.count })} open onClose={() => onClose(job !== null)}>
      {job === null ? (
        <Ask
          action={action}
          selection={asked.selection}
          count={asked.count}
          onAsked={setJob}
          onClose={() => onClose(false)}
        />
      ) : (
        <Progress first={job} onClose={() => onClose(true)} />
      )}
    </Dialog>
  )
}

function Ask({
  action,
  selection,
  count,
  onAsked,
  onClose,
}: {
  action: ScheduleAction
  selection: Selection
  count: number
  onAsked: (job: Job) => void
  onClose: () => void
}) {
  const t = useTranslations('schedules.bulk')
  const common = useTranslations('common')
  const editor = useTranslations('schedules.filter')
  const workers = useWorkers()
  const [tag, setTag] = useState('')
  const [comment, setComment] = useState('')
  const [priority, setPriority] = useState(0)
  const [worker, setWorker] = useState('')
  const tags = useSuggestions(action === 'tag' || action === 'untag').data?.tags ?? []
  const ids = { comment: useId(), priority: useId(), worker: useId() }
  const requests = action === 'requestSchedules'
  const tagging = action === 'tag' || action === 'untag'
  const ask = useMutation({
    mutationFn: () =>
      api.call(createScheduleBulk, {
        body: {
          action,
          selection,
          options: {
            ...(tagging && { tag }),
            ...(requests && { priority, worker: worker || null }),
            ...(!requests && comment.trim() !== '' && { comment: comment.trim() }),
          },
        },
      }),
    onSuccess: onAsked,
  })
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        ask.mutate()
      }}
    >
      <p className="text-sm">{t(`explain.${action}`)}</p>
      {tagging && (
        <Combo
          label={t('tag')}
          buttonLabel={editor('tag')}
          value={tag}
          free={action === 'tag'}
          options={tags.map((value) => ({ value, label: value }))}
          onPick={setTag}
        />
      )}
      {requests ? (
        <div className="grid gap-4 sm:grid-cols-2">
          <div className="grid gap-1">
            <label className="label" htmlFor={ids.priority}>
              {t('priority')}
            </label>
            <input
              id={ids.priority}
              className="field"
              type="number"
              min={0}
              max={10}
              value={priority}
              onChange={(event) => setPriority(Number(event.target.value))}
            />
          </div>
          <div className="grid gap-1">
            <label className="label" htmlFor={ids.worker}>
              {t('worker')}
            </label>
            <select
              id={ids.worker}
              className="field"
              value={worker}
              onChange={(event) => setWorker(event.target.value)}
            >
              <option value="">{t('anyWorker')}</option>
              {workers.data?.items.map(({ id, name, online }) => (
                <option key={id} value={name}>
                  {online ? name : t('offline', { name })}
                </option>
              ))}
            </select>
          </div>
        </div>
      ) : (
        <div className="grid gap-1">
          <label className="label" htmlFor={ids.comment}>
            {t('comment')}
          </label>
          <input
            id={ids.comment}
            dir="auto"
            className="field"
            maxLength={1000}
            value={comment}
            onChange={(event) => setComment(event.target.value)}
          />
        </div>
      )}
      <p className="text-muted text-xs">{t('background')}</p>
      {ask.error !== null && <Problem error={ask.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          {common('cancel')}
        </button>
        <button
          type="submit"
          className="button button-primary"
          disabled={ask.isPending || (tagging && tag === '') || count === 0}
        >
          {t(`confirm.${action}`, { count })}
        </button>
      </div>
    </form>
  )
}

function Progress({ first, onClose }: { first: Job; onClose: () => void }) {
  const t = useTranslations('schedules.bulk')
  const common = useTranslations('common')
  const queries = useQueryClient()
  const [failed, setFailed] = useState(false)
  const query = useQuery({
    queryKey: ['schedule-bulk', first.id],
    queryFn: () => api.call(getScheduleBulk, { params: { id: first.id } }),
    initialData: first,
    refetchInterval: ({ state }) => (state.data !== undefined && isOver(state.data.state) ? false : LOOK_MS),
  })
  const job = query.data
  const over = isOver(job.state)
  const results = useInfiniteQuery({
    queryKey: ['schedule-bulk', first.id, 'results', failed, over],
    queryFn: ({ pageParam }) =>
      api.call(scheduleBulkResults, {
        params: { id: first.id },
        query: { limit: 50, after: pageParam, ...(failed && { failed: 'true' }) },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: over,
  })
  const stop = useMutation({
    mutationFn: () => api.call(stopScheduleBulk, { params: { id: first.id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['schedule-bulk', first.id] }),
  })
  useEffect(() => {
    if (over) void queries.invalidateQueries({ queryKey: ['schedules'] })
  }, [over, queries])
  const reached = job.done + job.failed
  const items = results.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className="space-y-4">
      <div>
        <div
          role="progressbar"
          aria-label={t('progress', { done: reached, expected: job.expected })}
          aria-valuenow={reached}
          aria-valuemin={0}
          aria-valuemax={Math.max(job.expected, reached)}
          className="bg-sunken h-2 overflow-hidden rounded-full"
        >
          <div
            className="bg-accent h-full rounded-full transition-[width]"
            style={{ width: `${job.expected === 0 ? 100 : Math.min(100, (reached / job.expected) * 100)}%` }}
          />
        </div>
        <p className="mt-1 text-sm" role="status">
          {over && <span className="font-medium">{t(job.state === 'done' ? 'done' : 'stopped')}: </span>}
          {t('progress', { done: reached, expected: Math.max(job.expected, reached) })}
          {job.failed > 0 && <span className="text-bad"> · {t('failed', { count: job.failed })}</span>}
        </p>
        {job.error !== null && <p className="text-bad text-sm">{job.error}</p>}
      </div>
      {over && (
        <section aria-label={t('results')}>
          {job.failed > 0 && (
            <label className="mb-2 flex items-center gap-2 text-sm">
              <input
                type="checkbox"
                className="checkbox"
                checked={failed}
                onChange={(event) => setFailed(event.target.checked)}
              />
              {t('onlyFailed')}
            </label>
          )}
          <ul className="divide-line border-line max-h-72 divide-y overflow-auto rounded-lg border text-sm">
            {items.map((item) => (
              <li key={item.n} className="flex flex-wrap justify-between gap-x-4 px-3 py-2">
                <Link
                  dir="auto"
                  className="link min-w-0 break-all"
                  href={
                    item.madeTaskId === null
                      ? `/schedules/${encodeURIComponent(item.name)}`
                      : `/tasks/${item.madeTaskId}`
                  }
                >
                  {item.name}
                </Link>
                <span className={item.done ? 'text-good' : 'text-bad'}>{item.done ? t('ok') : item.why}</span>
              </li>
            ))}
          </ul>
          {results.hasNextPage && (
            <button type="button" className="button mt-2" onClick={() => void results.fetchNextPage()}>
              {common('showMore')}
            </button>
          )}
        </section>
      )}
      {stop.error !== null && <Problem error={stop.error} />}
      <div className="flex justify-end gap-2">
        {!over && (
          <button
            type="button"
            className="button button-danger"
            disabled={stop.isPending}
            onClick={() => stop.mutate()}
          >
            {t('stop')}
          </button>
        )}
        <button type="button" className="button button-primary" onClick={onClose}>
          {t('close')}
        </button>
      </div>
    </div>
  )
}
