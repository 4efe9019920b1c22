import { setTimeout as wait } from 'node:timers/promises'
import { SWEEP_SECONDS } from '#lib/core/lease'
import { openBulk } from '#lib/services/bulk/run'
import type { Context } from '#lib/services/context'
import { dueNotices } from '#lib/services/notices/deliver'
import { expireLeases } from '#lib/services/tasks/expire-leases'
import { pruneQueue } from '#lib/services/tasks/prune'
import { waitingInProcess } from '#lib/services/workers/in-process'

const BATCH = 200
const PRUNE_MS = 60_000

/** Looks every few seconds for what no job tells of: expired leases, due notices, waiting in-process tasks, bulk jobs that nobody does. */
export async function sweepUntil(ctx: Context, stopping: AbortSignal): Promise<void> {
  let pruned = 0
  while (!stopping.aborted) {
    try {
      const lost = await expireLeases(ctx, BATCH)
      if (lost > 0) ctx.log.warn({ tasks: lost }, 'leases ran out')
      for (const noticeId of await dueNotices(ctx, BATCH)) await ctx.enqueue({ queue: 'notice', payload: { noticeId } })
      for (const taskId of await waitingInProcess(ctx, BATCH))
        await ctx.enqueue({ queue: 'in_process', payload: { taskId } })
      for (const bulkId of await openBulk(ctx, BATCH)) await ctx.enqueue({ queue: 'bulk', payload: { bulkId } })
      if (Date.now() - pruned >= PRUNE_MS) {
        pruned = Date.now()
        await pruneQueue(ctx)
      }
      if (lost === BATCH) continue
    } catch (error) {
      ctx.log.warn({ err: error }, 'a sweep failed; the next one tries again')
    }
    await wait(SWEEP_SECONDS * 1000, undefined, { signal: stopping }).catch(() => undefined)
  }
}
