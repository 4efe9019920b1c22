'use client'

import { useState } from 'react'
import { Dialog } from '#components/dialog'
import { at, changesText, reasonText } from '#components/format'
import { Loading, Problem } from '#components/states'
import type { Reason } from '#lib/core/matching'
import type { Change } from '#lib/core/suggest'
import { useWhy } from './queries'

type Workers = { worker: string; reasons: unknown[] }[]

/** How far a reason keeps a worker from the task: what passes by itself is near, what it will never do is far. */
const FAR: Partial<Record<Reason['code'], number>> = {
  task_type: 1000,
  too_big: 100,
  pinned_elsewhere: 100,
  selfish: 100,
  context: 100,
  context_address: 100,
  disabled: 10,
  paused: 10,
  breaker: 5,
  cordoned: 10,
  offline: 10,
}
const distance = (reasons: unknown[]) => (reasons as Reason[]).reduce((sum, { code }) => sum + (FAR[code] ?? 1), 0)

/** What stands most between the task and the worker that is nearest to it. */
function oneLine(workers: Workers): string {
  if (workers.length === 0) return 'no worker is registered'
  const nearest = workers.reduce((best, next) => (distance(next.reasons) < distance(best.reasons) ? next : best))
  const [reason] = [...(nearest.reasons as Reason[])].sort((a, b) => distance([b]) - distance([a]))
  return reason === undefined
    ? `${nearest.worker} will take it when it asks next`
    : `${nearest.worker} ${reasonText(reason)}`
}

const todo = (changes: unknown[]) => changesText(changes as Change[])

/** Why a queued task waits: one line, and on a press every reason of every worker. */
export function Why({ taskId }: { taskId: string }) {
  const [open, setOpen] = useState(false)
  const { data, error, isPending } = useWhy(taskId, true)
  if (isPending) return <span className="text-muted text-sm">…</span>
  if (error !== null) return <span className="text-muted text-sm">{error.message}</span>
  return (
    <>
      <button type="button" className="link text-left text-sm" onClick={() => setOpen(true)}>
        {oneLine(data.workers)}
      </button>
      <Dialog title="Why does it wait?" open={open} onClose={() => setOpen(false)}>
        {isPending ? (
          <Loading rows={3} />
        ) : error !== null ? (
          <Problem error={error} />
        ) : (
          <>
            <p className="text-muted mb-3 text-sm">
              {data.rank === 0
                ? 'It is first in the queue.'
                : `${data.rankExact ? '' : 'At least '}${data.rank} ${data.rank === 1 ? 'task is' : 'tasks are'} before it in the queue.`}
            </p>
            {data.soonest !== null && (
              <p className="mb-3 text-sm">
                If nobody does anything, it starts on {data.soonest.worker} at {at(Date.parse(data.soonest.at))}.
              </p>
            )}
            {data.smallest !== null && (
              <p className="mb-3 text-sm">
                The least that would start it now, on {data.smallest.worker}: {todo(data.smallest.changes)}.
              </p>
            )}
            {data.workers.length === 0 && <p>No worker is registered: start an agent.</p>}
            <ul className="divide-line divide-y">
              {data.workers.map(({ worker, reasons, changes }) => (
                <li key={worker} className="py-2">
                  <span className="font-medium">{worker}</span>
                  <ul className="text-muted list-disc pl-5 text-sm">
                    {reasons.length === 0 && <li>will take it when it asks next</li>}
                    {(reasons as unknown as Reason[]).map((reason, index) => (
                      <li key={index}>{reasonText(reason)}</li>
                    ))}
                  </ul>
                  {changes !== null && changes.length > 0 && (
                    <p className="text-muted pl-5 text-xs">To start it here: {todo(changes)}</p>
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </Dialog>
    </>
  )
}
