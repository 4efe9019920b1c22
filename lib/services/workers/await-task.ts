import { RENEW_SECONDS } from '#lib/core/lease'
import { without, type Resources } from '#lib/core/resources'
import type { Context } from '../context'
import { workerRow } from '#lib/db/worker'
import { watchesEnd } from '../events/watch'
import { showTask, type ShownTask } from '../tasks/show'
import { workerState, type WorkerRow } from '../tasks/states'
import { takeNext } from '../tasks/take'
import { busOf } from '../tasks/wake'
import { ownedWorker } from './list'

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
  const { id } = await ownedWorker(ctx, input.worker)
  const seen = await ctx.db.worker.update({ where: { id }, data: { lastSeenAt: ctx.now() } })
  const free = (worker: WorkerRow) => workerState(worker, ctx.now()).available
  // What is used on the machine besides the farm's tasks: `available` itself is old as soon as one of them ends.
  const elsewhere = without(free(seen), input.available)
  const until = performance.now() + input.waitSeconds * 1000
  const contexts = Object.keys(seen.contexts as Record<string, unknown>)
  using waiter = busOf(ctx).enter(ctx, { workerId: id, taskTypes: seen.taskTypes, contexts, free: input.available })
  const end = watchesEnd()
  for (;;) {
    if (input.signal.aborted || end.aborted) return null
    const lease = await waiter.look(async () => {
      const worker = await workerRow(ctx.db, { id })
      if (worker === null) return null
      const room = without(free(worker), elsewhere)
      waiter.seat = { ...waiter.seat, taskTypes: worker.taskTypes, free: room }
      return takeNext(ctx, id, room)
    })
    if (lease !== null) {
      const task = await showTask(ctx, lease.taskId)
      return { task, fence: lease.fence, leaseExpiresAt: lease.leaseExpiresAt, renewEverySeconds: RENEW_SECONDS }
    }
    const left = until - performance.now()
    if (left <= 0) return null
    await waiter.next(Math.min(left, LOOK_MS), [input.signal, end])
  }
}
