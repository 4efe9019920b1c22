import { RENEW_SECONDS } from '#lib/core/lease'
import type { Resources } from '#lib/core/resources'
import type { Context } from '../context'
import { changes } from '../events/watch'
import { showTask, type ShownTask } from '../tasks/show'
import { takeNext } from '../tasks/take'
import { ownedWorker } from './list'

export type TakenTask = { task: ShownTask; fence: number; leaseExpiresAt: Date; renewEverySeconds: number }

/** Kinds of events after which a task may fit that did not fit before. */
const WAKES = /^(task\.(requested|succeeded|failed|canceled|prioritized)|worker\.|schedule\.)/

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
  await ctx.db.worker.update({ where: { id }, data: { lastSeenAt: ctx.now() }, select: { id: true } })
  const until = performance.now() + input.waitSeconds * 1000
  using watch = changes(ctx)
  for (;;) {
    if (input.signal.aborted) return null
    const lease = await takeNext(ctx, id, input.available)
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
