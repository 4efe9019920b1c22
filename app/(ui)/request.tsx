'use client'

import { useMutation } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useId, useState } from 'react'
import { Dialog } from '#components/dialog'
import { Problem } from '#components/states'
import { requestTasks } from '#lib/contract/task'
import { api, useMay, useWorkers } from './queries'

function Form({ schedule, onClose }: { schedule: string; onClose: () => void }) {
  const router = useRouter()
  const workers = useWorkers()
  const [priority, setPriority] = useState('0')
  const [worker, setWorker] = useState('')
  const ids = { priority: useId(), worker: useId() }
  const request = useMutation({
    mutationFn: async () => {
      const body = { schedules: [schedule], priority: Number(priority), worker: worker || null }
      const { requested, refused } = await api.call(requestTasks, { body })
      const [task] = requested
      if (task === undefined) throw new Error(refused[0]?.why ?? 'nothing was requested')
      return task.id
    },
    onSuccess: (id) => router.push(`/tasks/${id}`),
  })
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        request.mutate()
      }}
    >
      <div className="grid gap-1">
        <label className="label" htmlFor={ids.priority}>
          Priority
        </label>
        <select
          id={ids.priority}
          className="field"
          value={priority}
          onChange={(event) => setPriority(event.target.value)}
        >
          {Array.from({ length: 11 }, (_, value) => (
            <option key={value} value={value}>
              {value === 0 ? '0, as usual' : value === 10 ? '10, before everything else' : value}
            </option>
          ))}
        </select>
      </div>
      <div className="grid gap-1">
        <label className="label" htmlFor={ids.worker}>
          Worker
        </label>
        <select id={ids.worker} className="field" value={worker} onChange={(event) => setWorker(event.target.value)}>
          <option value="">Any that fits</option>
          {workers.data?.items.map(({ id, name, online }) => (
            <option key={id} value={name}>
              {name}
              {online ? '' : ' (offline)'}
            </option>
          ))}
        </select>
      </div>
      {request.error !== null && <Problem error={request.error} />}
      <div className="flex justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          Not now
        </button>
        <button type="submit" className="button button-primary" disabled={request.isPending}>
          Request task
        </button>
      </div>
    </form>
  )
}

/** Requests a task of a schedule and goes to it. */
export function RequestButton({
  schedule,
  enabled = true,
  label = 'Request',
  quiet = false,
}: {
  schedule: string
  enabled?: boolean
  label?: string
  /** One of many on the page. */
  quiet?: boolean
}) {
  const allowed = useMay('requests.create')
  const [open, setOpen] = useState(false)
  if (!allowed) return null
  return (
    <>
      <button
        type="button"
        className={`button ${quiet ? '' : 'button-primary'}`}
        disabled={!enabled}
        title={enabled ? undefined : 'The schedule is disabled'}
        onClick={() => setOpen(true)}
      >
        <Play aria-hidden className="size-4" /> {label}
      </button>
      <Dialog title={`Request ${schedule}`} open={open} onClose={() => setOpen(false)}>
        <Form schedule={schedule} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  )
}
