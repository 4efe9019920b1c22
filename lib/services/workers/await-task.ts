import { RENEW_SECONDS } from '#lib/core/lease'
import { without, type Resources } from '#lib/core/resources'
import type { Context } from '../context'
import { changes } from '../events/watch'
import { showTask, type ShownTask } from '../tasks/show'
import { workerState, type WorkerRow } from '../tasks/states'
import { takeNext } from '../tasks/take'
import { ownedWorker } from './list'

export type TakenTask = { task: ShownTask; fence: number; leaseExpiresAt: Date; renewEverySeconds: number }

/** Kinds of events after which a task may fit that did not fit before. */
const WAKES = /^(task\.(requested|succeeded|failed|canceled|prioritized)|(worker|schedule|pause|limit|breaker)\.)/

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
  using watch = changes(ctx)
  for (;;) {
    if (input.signal.aborted || watch.over) return null
    const worker = await ctx.db.worker.findUniqueOrThrow({ where: { id } })
    const lease = await takeNext(ctx, id, without(free(worker), elsewhere))
    if (lease !== null) {
      const task = await showTask(ctx, lease.taskId)
      return { task, fence: lease.fence, leaseExpiresAt: lease.leaseExpiresAt, renewEverySeconds: RENEW_SECONDS }
    }
    const left = until - performance.now()
    if (left <= 0) return null
    await watch.next({
      match: (event) => WAKES.test(event.kind),
      timeoutMs: Math.min(left, 5_000),
      signal: input.signal,
    })
  }
}
