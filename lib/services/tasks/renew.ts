import { renewHeld } from '#lib/db/claim'
import type { Context } from '../context'
import { ownWorker } from './move'

export type Order = 'continue' | 'cancel' | 'lost'
export type Renewal = { taskId: string; fence: number; order: Order; leaseExpiresAt: Date | null }

/** Renews the leases that a worker holds, and tells it what to do with each. A lease that is gone stays gone. */
export async function renewLeases(
  ctx: Context,
  input: { workerId: string; held: { taskId: string; fence: number }[] },
): Promise<Renewal[]> {
  await ownWorker(ctx, input.workerId)
  const now = ctx.now()
  const ids = input.held.map((held) => held.taskId)
  const rows = await renewHeld(ctx.db, { workerId: input.workerId, taskIds: ids, now })
  return input.held.map(({ taskId, fence }) => {
    const row = rows.find((candidate) => candidate.id === taskId)
    const alive = row !== undefined && row.fence === fence
    const order: Order = !alive ? 'lost' : row.cancelRequestedAt === null ? 'continue' : 'cancel'
    return { taskId, fence, order, leaseExpiresAt: alive ? row.leaseExpiresAt : null }
  })
}
