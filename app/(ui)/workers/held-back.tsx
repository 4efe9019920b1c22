'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useId, useState } from 'react'
import type { z } from 'zod'
import { Dialog } from '#components/dialog'
import { at } from '#components/format'
import { Problem } from '#components/states'
import { Ago } from '#components/time'
import { addPause, endPause, resetBreaker, type breaker, type pause } from '#lib/contract/rules'
import { PAUSE_SCOPES, type PauseScope } from '#lib/core/matching'
import { REASON_TEXT } from '#lib/core/task'
import { api, useBreakers, useMay, usePauses } from '../queries'

const SCOPE: Record<PauseScope, string> = {
  farm: 'The whole farm',
  task_type: 'Task type',
  platform: 'Platform',
  host: 'Web site',
  schedule: 'Schedule',
  worker: 'Worker',
}
const KIND = { task_type: 'Task type', image: 'Image', worker: 'Worker' } as const

function useChange<T>(change: (input: T) => Promise<unknown>) {
  const queries = useQueryClient()
  return useMutation({ mutationFn: change, onSuccess: () => queries.invalidateQueries() })
}

function PauseRow({ one }: { one: z.output<typeof pause> }) {
  const mayAll = useMay('workers.update')
  const maySchedule = useMay('schedules.update')
  const end = useChange(() => api.call(endPause, { params: { id: one.id } }))
  return (
    <li className="flex items-start justify-between gap-3 px-4 py-3 text-sm">
      <div className="min-w-0">
        <p className="font-medium break-words">
          {SCOPE[one.scope]} {one.subject} is paused
        </p>
        <p className="text-muted break-words">
          {one.reason} · {one.author}, <Ago date={one.createdAt} /> ·{' '}
          {one.until === null ? 'until somebody ends it' : `until ${at(Date.parse(one.until))}`}
        </p>
        {end.error !== null && <Problem error={end.error} />}
      </div>
      {(mayAll || (maySchedule && one.scope === 'schedule')) && (
        <button type="button" className="button" disabled={end.isPending} onClick={() => end.mutate(undefined)}>
          End
        </button>
      )}
    </li>
  )
}

function BreakerRow({ one }: { one: z.output<typeof breaker> }) {
  const may = useMay('workers.update')
  const reset = useChange(() => api.call(resetBreaker, { query: { kind: one.kind, subject: one.subject } }))
  return (
    <li className="flex items-start justify-between gap-3 px-4 py-3 text-sm">
      <div className="min-w-0">
        <p className="font-medium break-words">
          {KIND[one.kind]} {one.subject} gets no tasks: {one.failures} failed in a row
        </p>
        <p className="text-muted break-words">
          since <Ago date={one.since} />, the{' '}
          <Link className="link" href={`/tasks/${one.lastTaskId}`}>
            last one
          </Link>{' '}
          because {REASON_TEXT[one.lastReasonCode]} ·{' '}
          {one.probe === null ? (
            `one task may try from ${at(Date.parse(one.retryAt))}`
          ) : (
            <Link className="link" href={`/tasks/${one.probe}`}>
              one task tries now
            </Link>
          )}
        </p>
        {reset.error !== null && <Problem error={reset.error} />}
      </div>
      {may && (
        <button type="button" className="button" disabled={reset.isPending} onClick={() => reset.mutate(undefined)}>
          Let it go on
        </button>
      )}
    </li>
  )
}

function PauseForm({ onClose }: { onClose: () => void }) {
  const ids = { scope: useId(), subject: useId(), reason: useId(), until: useId() }
  const [scope, setScope] = useState<PauseScope>('task_type')
  const [subject, setSubject] = useState('')
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState('')
  const add = useChange(() => {
    const end = until === '' ? null : new Date(until).toISOString()
    return api.call(addPause, { body: { scope, subject: scope === 'farm' ? '' : subject, reason, until: end } })
  })
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        add.mutate(undefined, { onSuccess: onClose })
      }}
    >
      <p className="text-muted text-sm">Its tasks wait and say so; what runs goes on.</p>
      <div className="grid gap-1">
        <label className="label" htmlFor={ids.scope}>
          What
        </label>
        <select
          id={ids.scope}
          className="field"
          value={scope}
          onChange={(event) => setScope(event.target.value as PauseScope)}
        >
          {PAUSE_SCOPES.map((value) => (
            <option key={value} value={value}>
              {SCOPE[value]}
            </option>
          ))}
        </select>
      </div>
      {scope !== 'farm' && (
        <div className="grid gap-1">
          <label className="label" htmlFor={ids.subject}>
            Its name
          </label>
          <input
            id={ids.subject}
            className="field"
            required
            value={subject}
            onChange={(event) => setSubject(event.target.value)}
          />
        </div>
      )}
      <div className="grid gap-1">
        <label className="label" htmlFor={ids.reason}>
          Why
        </label>
        <input
          id={ids.reason}
          className="field"
          required
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      <div className="grid gap-1">
        <label className="label" htmlFor={ids.until}>
          Until (empty: until somebody ends it)
        </label>
        <input
          id={ids.until}
          className="field"
          type="datetime-local"
          value={until}
          onChange={(event) => setUntil(event.target.value)}
        />
      </div>
      {add.error !== null && <Problem error={add.error} />}
      <div className="flex justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          Not now
        </button>
        <button type="submit" className="button button-primary" disabled={add.isPending}>
          Pause
        </button>
      </div>
    </form>
  )
}

/** What holds tasks back: pauses and open breakers, and the way to end them for those who may. */
export function HeldBack() {
  const pauses = usePauses()
  const breakers = useBreakers()
  const may = useMay('workers.update')
  const [open, setOpen] = useState(false)
  const error = pauses.error ?? breakers.error
  const [held, broken] = [pauses.data?.items ?? [], breakers.data?.items ?? []]
  if (!may && error === null && held.length + broken.length === 0) return null
  return (
    <section className="panel mb-4" aria-label="Held back">
      <div className="border-line flex items-center justify-between gap-3 border-b px-4 py-3">
        <h2>Held back</h2>
        {may && (
          <button type="button" className="button" onClick={() => setOpen(true)}>
            Pause…
          </button>
        )}
      </div>
      {error !== null ? (
        <div className="p-4">
          <Problem error={error} />
        </div>
      ) : held.length + broken.length === 0 ? (
        <p className="text-muted px-4 py-3 text-sm">Nothing is paused, and no breaker is open.</p>
      ) : (
        <ul className="divide-line divide-y">
          {held.map((one) => (
            <PauseRow key={one.id} one={one} />
          ))}
          {broken.map((one) => (
            <BreakerRow key={`${one.kind} ${one.subject}`} one={one} />
          ))}
        </ul>
      )}
      <Dialog title="Pause" open={open} onClose={() => setOpen(false)}>
        <PauseForm onClose={() => setOpen(false)} />
      </Dialog>
    </section>
  )
}
