import { transaction, type Context } from '../context'
import { discard } from '../files/discard'
import { inBatches } from '../periodic/batches'
import type { Did, GoOn } from '../periodic/job'

const BATCH = 500
/** A task that was requested before its schedule went may still fetch them. */
const KEPT_HOURS = 24

/** Deletes blobs whose schedule has been gone for a day; their bytes go after them (zimfarm.md §20.2). */
export async function removeOrphanBlobs(ctx: Context, goOn: GoOn): Promise<Did> {
  const { count: orphaned } = await ctx.db.blob.updateMany({
    where: { scheduleId: null, orphanedAt: null },
    data: { orphanedAt: ctx.now() },
  })
  const before = new Date(ctx.now().getTime() - KEPT_HOURS * 3_600_000)
  const removed = await inBatches(goOn, BATCH, (limit) =>
    transaction(ctx, async (tx) => {
      const gone = await tx.db.$queryRaw<{ key: string }[]>`
        DELETE FROM blob WHERE id IN (
          SELECT id FROM blob WHERE schedule_id IS NULL AND orphaned_at < ${before} LIMIT ${limit} FOR UPDATE SKIP LOCKED
        ) RETURNING storage_key AS key`
      await discard(tx, [...new Set(gone.map(({ key }) => key))])
      return gone.length
    }),
  )
  return { orphaned, removed }
}
