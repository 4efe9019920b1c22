import { afterLoss } from '#lib/core/lease'
import { isActive } from '#lib/core/task'
import { expiredLeases } from '#lib/db/claim'
import { transaction, type Context } from '../context'
import { locked, move } from './move'

/**
 * Gives back tasks whose holder has given no sign of life until its lease ran out: back to the queue while attempts
 * are left, else failed as `worker_lost`; canceled when that was wished. Any number of sweeps may run at once.
 * Returns how many it moved; when that is `limit`, call again.
 */
export async function expireLeases(ctx: Context, limit = 200): Promise<number> {
  const ids = await expiredLeases(ctx.db, ctx.now(), limit)
  let moved = 0
  for (const id of ids) {
    moved += await transaction(ctx, async (tx) => {
      const task = await locked(tx, id)
      if (!isActive(task.status) || task.leaseExpiresAt === null || task.leaseExpiresAt > tx.now()) return 0
      const by = afterLoss(task)
      await move(tx, task, by, {
        set: by === 'fail' ? { reasonCode: 'worker_lost', reasonText: `lost ${task.attempt} times` } : {},
        data: { why: 'worker_lost', fence: task.fence },
      })
      return 1
    })
  }
  return moved
}
