import type { Context } from '../context'
import { inBatches } from '../periodic/batches'
import type { Did, GoOn } from '../periodic/job'

const BATCH = 1_000
/** How long people can see what was told to whom; those that were given up stay longer, for somebody may send them again. */
const DELIVERED_DAYS = 30
const DEAD_DAYS = 90

/** Deletes notices that were delivered or given up long ago. Those that wait stay, whatever their age. */
export async function cleanUpNotices(ctx: Context, goOn: GoOn): Promise<Did> {
  const remove = (status: 'delivered' | 'dead', days: number) =>
    inBatches(goOn, BATCH, (limit) => {
      const before = new Date(ctx.now().getTime() - days * 86_400_000)
      return ctx.db.$executeRaw`
        DELETE FROM notice WHERE id IN (
          SELECT id FROM notice WHERE status <> 'pending' AND status = ${status}::notice_status AND created_at < ${before}
          LIMIT ${limit}
        )`
    })
  return { delivered: await remove('delivered', DELIVERED_DAYS), dead: await remove('dead', DEAD_DAYS) }
}
