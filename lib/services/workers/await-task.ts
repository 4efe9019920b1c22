import { RENEW_SECONDS } from '#lib/core/lease'
import { without, type Resources } from '#lib/core/resources'
import type { Context } from '../context'
import { noteSeen } from '#lib/db/worker'
import { watchesEnd } from '../events/watch'
import { mustOwn } from '../tasks/move'
import { showTask, type ShownTask } from '../tasks/show'
import { workerState, type WorkerRow } from '../tasks/states'
import { takeNext } from '../tasks/take'
import { busOf, type Seat } from '../tasks/wake'
import { workerByName } from './poll'

export type TakenTask = { task: ShownTask; fence: number; leaseExpiresAt: Date; renewEverySeconds: number }

/** How long a worker waits at most before it looks by itself, in milliseconds. */
const LOOK_MS = 5_000

/**
 * Takes the next task that fits, waiting up to `waitSeconds` for one; null when none came. An agent that has gone
 * (`signal`) takes nothing.
 * @throws CroftError not_found, forbidden
 */
export async function awaitTask(
  ctx: Context,
  input: { worker: string; available: Resources; waitSeconds: number; signal: AbortSignal },
): Promise<TakenTask | null> {
  const now = ctx.now()
  const row = await workerByName(ctx, input.worker)
  mustOwn(ctx, row.accountId)
  const { id } = row
  await noteSeen(ctx.db, id, { now, ip: null, stages: [] })
  const free = (worker: WorkerRow) => workerState(worker, ctx.now()).available
  // What is used on the machine besides the farm's tasks: `available` itself is old as soon as one of them ends.
  const elsewhere = without(free(row), input.available)
  const until = performance.now() + input.waitSeconds * 1000
  using waiter = busOf(ctx).enter(ctx, seatOf(row, input.available))
  const end = watchesEnd()
  for (;;) {
    if (input.signal.aborted || end.aborted) return null
    const lease = await waiter.look(() =>
      takeNext(ctx, id, {
        room: (worker) => {
          const room = without(free(worker), elsewhere)
          waiter.seat = seatOf(worker, room)
          return room
        },
        look: ({ limited }) => {
          waiter.seat = { ...waiter.seat, limited }
        },
      }),
    )
    if (lease !== null) {
      const task = await showTask(ctx, lease.taskId)
      return { task, fence: lease.fence, leaseExpiresAt: lease.leaseExpiresAt, renewEverySeconds: RENEW_SECONDS }
    }
    const left = until - performance.now()
    if (left <= 0) return null
    await waiter.next(Math.min(left, LOOK_MS), [input.signal, end])
  }
}

/** Until a look has told otherwise, limits may hold tasks back. */
const seatOf = (worker: WorkerRow, free: Resources): Seat => ({
  workerId: worker.id,
  taskTypes: worker.taskTypes,
  contexts: Object.keys(worker.contexts as Record<string, unknown>),
  free,
  limited: true,
})
