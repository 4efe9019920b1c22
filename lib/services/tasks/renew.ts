import { isActive } from '#lib/core/task'
import { transaction, type Context } from '../context'
import { ownWorker } from './move'

export type Order = 'continue' | 'cancel' | 'lost'
export type Renewal = { taskId: string; fence: number; order: Order; leaseExpiresAt: Date | null }

/** Renews the leases that a worker holds, and tells it what to do with each. A lease that is gone stays gone. */
export async function renewLeases(
  ctx: Context,
  input: { workerId: string; held: { taskId: string; fence: number }[] },
): Promise<Renewal[]> {
  return transaction(ctx, async (tx) => {
    await ownWorker(tx, input.workerId)
    const now = tx.now()
    await tx.db.worker.update({ where: { id: input.workerId }, data: { lastSeenAt: now }, select: { id: true } })
    const ids = input.held.map((held) => held.taskId)
    await tx.db.$executeRaw`
      UPDATE task SET lease_expires_at = ${now}::timestamptz + make_interval(secs => lease_seconds)
      WHERE id = ANY(${ids}::uuid[]) AND worker_id = ${input.workerId}::uuid
        AND status IN ('reserved', 'started') AND lease_expires_at > ${now}`
    const rows = await tx.db.task.findMany({
      where: { id: { in: ids }, workerId: input.workerId },
      select: { id: true, status: true, fence: true, cancelRequestedAt: true, leaseExpiresAt: true },
    })
    return input.held.map(({ taskId, fence }) => {
      const row = rows.find((candidate) => candidate.id === taskId)
      const alive =
        row !== undefined &&
        isActive(row.status) &&
        row.fence === fence &&
        row.leaseExpiresAt !== null &&
        row.leaseExpiresAt > now
      const order: Order = !alive ? 'lost' : row.cancelRequestedAt === null ? 'continue' : 'cancel'
      return { taskId, fence, order, leaseExpiresAt: alive ? row.leaseExpiresAt : null }
    })
  })
}
