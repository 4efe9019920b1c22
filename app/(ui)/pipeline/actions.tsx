'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RotateCcw, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Dialog } from '#components/dialog'
import { Problem } from '#components/states'
import { cancelTask } from '#lib/contract/task'
import { prioritizeTask, retryTask } from '#lib/contract/task-page'
import { can, isActive, isFinal, type TaskStatus } from '#lib/core/task'
import { api, useMay } from '../queries'
import { RequestButton } from '../request'
import type { Row } from './queries'
import { useSay } from './said'

export type Actable = {
  id: string
  status: TaskStatus
  originalScheduleName: string
  scheduleName: string | null
  cancelRequestedAt: string | null
}

/** Reads again what a change of a task may have changed. */
function useRefresh() {
  const queries = useQueryClient()
  return () => Promise.all(['tasks', 'task', 'counts'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
}

function useRetry() {
  const t = useTranslations('pipeline')
  const say = useSay()
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (task: { id: string; name: string; text: 'retried' | 'putBack' }) =>
      api.call(retryTask, { params: { id: task.id } }),
    onSuccess: async ({ id }, { name, text }) => {
      say({ text: t(`action.${text}`, { name }), href: `/tasks/${id}` })
      await refresh()
    },
  })
}

/** Cancels after a question; what waited can be put back into the queue, as a new task. */
export function CancelAction({ task, quiet = false }: { task: Actable; quiet?: boolean }) {
  const t = useTranslations('pipeline')
  const say = useSay()
  const refresh = useRefresh()
  const allowed = useMay('tasks.cancel')
  const again = useMay('requests.create')
  const [open, setOpen] = useState(false)
  const retry = useRetry()
  const name = task.originalScheduleName
  const cancel = useMutation({
    mutationFn: () => api.call(cancelTask, { params: { id: task.id } }),
    onSuccess: async () => {
      setOpen(false)
      const waited = task.status === 'requested'
      say({
        text: t('action.canceled', { name }),
        ...(waited &&
          again && {
            undo: {
              label: t('action.undo'),
              run: async () => {
                await retry.mutateAsync({ id: task.id, name, text: 'putBack' })
              },
            },
          }),
      })
      await refresh()
    },
  })
  if (!allowed || !can(task.status, 'cancel') || task.cancelRequestedAt !== null) return null
  return (
    <>
      <button
        type="button"
        className={
          quiet
            ? 'text-muted hover:text-bad -my-2 inline-flex min-h-9 items-center gap-1 px-2 text-sm'
            : 'button button-danger'
        }
        aria-label={`${t('action.cancel')}: ${name}`}
        onClick={() => setOpen(true)}
      >
        <X aria-hidden className="size-4" /> {t('action.cancel')}
      </button>
      <Dialog title={t('action.cancelTitle', { name })} open={open} onClose={() => setOpen(false)}>
        <p>{isActive(task.status) ? t('action.cancelRunning') : t('action.cancelQueued')}</p>
        {cancel.error !== null && <Problem error={cancel.error} />}
        <div className="mt-5 flex justify-end gap-2">
          <button type="button" className="button" onClick={() => setOpen(false)}>
            {t('action.keep')}
          </button>
          <button
            type="button"
            className="button button-danger"
            disabled={cancel.isPending}
            onClick={() => cancel.mutate()}
          >
            {t('action.cancelNow')}
          </button>
        </div>
      </Dialog>
    </>
  )
}

/** Requests a failed or canceled task again, with its priority. */
export function RetryAction({ task, primary = false }: { task: Actable; primary?: boolean }) {
  const t = useTranslations('pipeline')
  const allowed = useMay('requests.create')
  const retry = useRetry()
  if (!allowed || !isFinal(task.status) || task.status === 'succeeded') return null
  return (
    <span className="inline-flex flex-col items-end gap-1">
      <button
        type="button"
        className={`button ${primary ? 'button-primary' : ''}`}
        aria-label={`${t('action.retry')}: ${task.originalScheduleName}`}
        disabled={retry.isPending}
        onClick={() => retry.mutate({ id: task.id, name: task.originalScheduleName, text: 'retried' })}
      >
        <RotateCcw aria-hidden className="size-4" /> {t('action.retry')}
      </button>
      {retry.error !== null && (
        <span role="alert" className="text-bad max-w-56 text-left text-xs">
          {retry.error.message}
        </span>
      )}
    </span>
  )
}

export function RowActions({ row }: { row: Row }) {
  const t = useTranslations('pipeline')
  if (row.status === 'failed') return row.next?.again === null ? <RetryAction task={row} /> : null
  if (isFinal(row.status))
    return row.scheduleName === null ? null : (
      <RequestButton schedule={row.scheduleName} label={t('action.request')} quiet />
    )
  return <CancelAction task={row} quiet />
}

/** The priority of a waiting task; who may change it does so here. */
export function PriorityControl({ row }: { row: Pick<Row, 'id' | 'priority' | 'status' | 'originalScheduleName'> }) {
  const t = useTranslations('pipeline')
  const say = useSay()
  const refresh = useRefresh()
  const allowed = useMay('requests.update')
  const change = useMutation({
    mutationFn: (priority: number) => api.call(prioritizeTask, { params: { id: row.id }, body: { priority } }),
    onSuccess: async (_, priority) => {
      say({ text: t('action.raised', { name: row.originalScheduleName, priority }) })
      await refresh()
    },
  })
  if (!allowed || row.status !== 'requested') return row.priority
  return (
    <>
      <select
        className="field -my-1.5 min-h-8 py-0.5 text-sm"
        aria-label={t('action.priorityOf', { name: row.originalScheduleName })}
        value={change.isPending ? change.variables : row.priority}
        onChange={(event) => change.mutate(Number(event.target.value))}
      >
        {Array.from({ length: 11 }, (_, value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
      {change.error !== null && (
        <span role="alert" className="text-bad block text-xs">
          {change.error.message}
        </span>
      )}
    </>
  )
}
