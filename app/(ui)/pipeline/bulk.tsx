'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useEffect, useId, useState } from 'react'
import { Dialog } from '#components/dialog'
import { useFormat } from '#components/format'
import { Empty, Loading, Problem } from '#components/states'
import { Ago } from '#components/time'
import { createBulkJob, stopBulkJob } from '#lib/contract/bulk'
import { BULK_PERMISSION, isOver, TAB_ACTIONS, type BulkAction, type BulkSelection } from '#lib/core/bulk'
import type { Tab } from '#lib/core/pipeline'
import { api, useMay, useWorkers } from '../queries'
import { useBulk, useBulkJobs, useBulkResults, type Bulk } from './queries'

export type Chosen = { selection: BulkSelection; count: number; exact: boolean }

function ActionButton({ action, onPress }: { action: BulkAction; onPress: () => void }) {
  const t = useTranslations('pipeline')
  if (!useMay(BULK_PERMISSION[action])) return null
  return (
    <button type="button" className={`button ${action === 'cancel' ? 'button-danger' : ''}`} onClick={onPress}>
      {t(`action.${action}`)}
    </button>
  )
}

/** What can be done with the chosen tasks; first it says with how many. */
export function BulkActions({ tab, chosen, onStarted }: { tab: Tab; chosen: Chosen; onStarted: (id: string) => void }) {
  const t = useTranslations('pipeline')
  const [action, setAction] = useState<BulkAction | null>(null)
  return (
    <>
      {TAB_ACTIONS[tab].map((one) => (
        <ActionButton key={one} action={one} onPress={() => setAction(one)} />
      ))}
      <Dialog
        title={action === null ? '' : t(`bulk.title.${action}`)}
        open={action !== null}
        onClose={() => setAction(null)}
      >
        {action !== null && (
          <Preview
            action={action}
            chosen={chosen}
            onClose={() => setAction(null)}
            onStarted={(id) => {
              setAction(null)
              onStarted(id)
            }}
          />
        )}
      </Dialog>
    </>
  )
}

function Preview(props: { action: BulkAction; chosen: Chosen; onClose: () => void; onStarted: (id: string) => void }) {
  const { action, chosen, onClose, onStarted } = props
  const t = useTranslations('pipeline')
  const [priority, setPriority] = useState('0')
  const [worker, setWorker] = useState('')
  const workers = useWorkers(action === 'request')
  const ids = { priority: useId(), worker: useId() }
  const start = useMutation({
    mutationFn: () =>
      api.call(createBulkJob, {
        body: {
          action,
          selection: chosen.selection,
          options: {
            ...((action === 'prioritize' || action === 'request') && { priority: Number(priority) }),
            ...(action === 'request' && { worker: worker || null }),
          },
        },
      }),
    onSuccess: ({ id }) => onStarted(id),
  })
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        start.mutate()
      }}
    >
      <p>{t(`bulk.preview.${action}`, { count: chosen.count, exact: String(chosen.exact) })}</p>
      {(action === 'prioritize' || action === 'request') && (
        <div className="grid gap-1">
          <label className="label" htmlFor={ids.priority}>
            {t('bulk.priority')}
          </label>
          <select
            id={ids.priority}
            className="field"
            value={priority}
            onChange={(event) => setPriority(event.target.value)}
          >
            {Array.from({ length: 11 }, (_, value) => (
              <option key={value} value={value}>
                {t('action.priorityHint', { value: String(value) })}
              </option>
            ))}
          </select>
        </div>
      )}
      {action === 'request' && (
        <div className="grid gap-1">
          <label className="label" htmlFor={ids.worker}>
            {t('bulk.worker')}
          </label>
          <select id={ids.worker} className="field" value={worker} onChange={(event) => setWorker(event.target.value)}>
            <option value="">{t('bulk.anyWorker')}</option>
            {workers.data?.items.map(({ id, name }) => (
              <option key={id} value={name}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
      <p className="text-muted text-sm">{t('bulk.later')}</p>
      {start.error !== null && <Problem error={start.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          {t('action.keep')}
        </button>
        <button
          type="submit"
          className={`button ${action === 'cancel' ? 'button-danger' : 'button-primary'}`}
          disabled={start.isPending || chosen.count === 0}
        >
          {t(`bulk.go.${action}`, { count: chosen.count })}
        </button>
      </div>
    </form>
  )
}

/** A bulk job: how far it is, and what became of each task. It goes on when this is closed. */
export function BulkDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslations('pipeline')
  const bulk = useBulk(id)
  const action = bulk.data?.action
  return (
    <Dialog title={action === undefined ? '…' : t(`bulk.title.${action}`)} open onClose={onClose} wide>
      {bulk.isPending ? (
        <Loading />
      ) : bulk.error !== null ? (
        <Problem error={bulk.error} retry={() => void bulk.refetch()} />
      ) : (
        <Job bulk={bulk.data} onClose={onClose} />
      )}
    </Dialog>
  )
}

function Bar({ bulk }: { bulk: Bulk }) {
  const t = useTranslations('pipeline')
  const format = useFormat()
  const so = bulk.done + bulk.failed
  const most = Math.max(so, bulk.expected, 1)
  const width = (part: number) =>
    `${isOver(bulk.state) && so > 0 && bulk.state === 'done' ? (part / so) * 100 : (part / most) * 100}%`
  const text = bulk.exact
    ? t('bulk.progress', { done: format.number(so), expected: format.number(bulk.expected) })
    : t('bulk.progressAtLeast', { done: format.number(so), expected: format.number(bulk.expected) })
  return (
    <div className="space-y-1.5">
      <div
        role="progressbar"
        aria-valuemin={0}
        aria-valuemax={most}
        aria-valuenow={so}
        aria-valuetext={text}
        aria-label={t(`bulk.title.${bulk.action}`)}
        className="bg-sunken flex h-2.5 overflow-hidden rounded-full"
      >
        <div className="bg-good h-full transition-[width]" style={{ width: width(bulk.done) }} />
        <div className="bg-bad h-full transition-[width]" style={{ width: width(bulk.failed) }} />
      </div>
      <p className="flex flex-wrap gap-x-4 text-sm" aria-live="polite">
        <span className="font-medium">{t(`bulk.state.${bulk.state}`)}</span>
        <span>{text}</span>
        <span className="text-good">{t('bulk.succeeded', { count: bulk.done })}</span>
        <span className={bulk.failed > 0 ? 'text-bad' : 'text-muted'}>{t('bulk.failed', { count: bulk.failed })}</span>
      </p>
    </div>
  )
}

function Job({ bulk, onClose }: { bulk: Bulk; onClose: () => void }) {
  const t = useTranslations('pipeline')
  const queries = useQueryClient()
  const over = isOver(bulk.state)
  const stop = useMutation({
    mutationFn: () => api.call(stopBulkJob, { params: { id: bulk.id } }),
    onSuccess: (after) => queries.setQueryData(['bulk', bulk.id], after),
  })
  useEffect(() => {
    if (!over) return
    for (const key of ['tasks', 'counts']) void queries.invalidateQueries({ queryKey: [key] })
  }, [over, queries])
  return (
    <div className="space-y-4">
      <Bar bulk={bulk} />
      {bulk.error !== null && <Problem error={new Error(bulk.error)} />}
      {bulk.stoppedBy !== null && <p className="text-sm">{t('bulk.stoppedBy', { name: bulk.stoppedBy })}</p>}
      <Results bulk={bulk} over={over} />
      {stop.error !== null && <Problem error={stop.error} />}
      <div className="flex flex-wrap justify-end gap-2">
        {!over && (
          <button
            type="button"
            className="button button-danger"
            disabled={stop.isPending}
            onClick={() => stop.mutate()}
          >
            {t('bulk.stop')}
          </button>
        )}
        {!over && (
          <button type="button" className="button" onClick={onClose}>
            {t('bulk.close')}
          </button>
        )}
      </div>
    </div>
  )
}

function Results({ bulk, over }: { bulk: Bulk; over: boolean }) {
  const t = useTranslations('pipeline')
  const [failed, setFailed] = useState(false)
  const results = useBulkResults(bulk.id, failed, !over)
  useEffect(() => {
    if (over) void results.refetch()
    // The last ones have come with the end.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [over])
  const rows = results.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section aria-label={t('bulk.results')}>
      <div role="group" aria-label={t('bulk.results')} className="mb-2 flex gap-1 text-sm">
        {[false, true].map((value) => (
          <button
            key={String(value)}
            type="button"
            aria-pressed={failed === value}
            className="aria-pressed:bg-accent-soft aria-pressed:text-accent text-muted rounded-lg px-3 py-1.5 font-medium"
            onClick={() => setFailed(value)}
          >
            {value ? t('bulk.onlyFailed') : t('bulk.everything')}
          </button>
        ))}
      </div>
      {rows.length === 0 ? (
        <p className="text-muted text-sm">{t('bulk.noResults')}</p>
      ) : (
        <div className="max-h-72 overflow-auto" role="region" aria-label={t('bulk.results')} tabIndex={0}>
          <table className="data-table">
            <thead>
              <tr>
                <th scope="col">{t('bulk.task')}</th>
                <th scope="col">{t('bulk.outcome')}</th>
                <th scope="col">{t('bulk.why')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.n}>
                  <td>
                    <Link className="link break-words" dir="auto" href={`/tasks/${row.taskId}`}>
                      {row.name}
                    </Link>
                  </td>
                  <td className={row.done ? 'text-good' : 'text-bad'}>{row.done ? t('bulk.ok') : t('bulk.notDone')}</td>
                  <td className="break-words">
                    {row.why}
                    {row.madeTaskId !== null && (
                      <Link className="link" href={`/tasks/${row.madeTaskId}`}>
                        {t('bulk.made')}
                      </Link>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {results.hasNextPage && (
        <button type="button" className="button mt-2" onClick={() => void results.fetchNextPage()}>
          …
        </button>
      )}
    </section>
  )
}

/** The bulk jobs of this account, newest first. */
export function BulkJobs({ onClose, onOpen }: { onClose: () => void; onOpen: (id: string) => void }) {
  const t = useTranslations('pipeline')
  const jobs = useBulkJobs(true)
  return (
    <Dialog title={t('bulk.recent')} open onClose={onClose}>
      {jobs.isPending ? (
        <Loading rows={3} />
      ) : jobs.error !== null ? (
        <Problem error={jobs.error} retry={() => void jobs.refetch()} />
      ) : jobs.data.items.length === 0 ? (
        <Empty title={t('bulk.recent')}>
          <p>{t('bulk.none')}</p>
        </Empty>
      ) : (
        <ul className="divide-line divide-y text-sm">
          {jobs.data.items.map((job) => (
            <li key={job.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2.5">
              <button type="button" className="link text-left font-medium" onClick={() => onOpen(job.id)}>
                {t('bulk.asked', { action: job.action, count: Math.max(job.expected, job.done + job.failed) })}
              </button>
              <span>{t(`bulk.state.${job.state}`)}</span>
              {job.failed > 0 && <span className="text-bad">{t('bulk.failed', { count: job.failed })}</span>}
              <span className="text-muted ml-auto">
                <Ago date={job.createdAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
