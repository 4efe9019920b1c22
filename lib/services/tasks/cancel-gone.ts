import { GONE_SECONDS, POLLED_STAGES } from '#lib/core/lease'
import type { Tx } from '#lib/db/client'
import { transaction, type Context } from '../context'
import { inBatches } from '../periodic/batches'
import type { Did, GoOn } from '../periodic/job'
import { wishCancel } from './cancel'
import { locked } from './move'

const BATCH = 200

/**
 * Asks for the cancel of tasks that their worker has forgotten: nothing has been told of one for an hour although its
 * worker has called within it (zimfarm.md §20.2). The lease, which calls of the worker keep, would last for ever.
 */
export async function cancelGone(ctx: Context, goOn: GoOn): Promise<Did> {
  const find = (db: Tx, limit: number, only: string | null = null) => {
    const before = new Date(ctx.now().getTime() - GONE_SECONDS * 1000)
    return db.$queryRaw<{ id: string }[]>`
      SELECT t.id FROM task t
      JOIN worker w ON w.id = t.worker_id JOIN task_report r ON r.task_id = t.id
      WHERE t.status IN ('reserved', 'started') AND t.stage = ANY(${[...POLLED_STAGES]}) AND t.cancel_requested_at IS NULL
        AND w.kind = 'zimfarm' AND w.last_seen_at > ${before}
        AND t.updated_at < ${before} AND r.updated_at < ${before}
        AND (${only}::uuid IS NULL OR t.id = ${only}::uuid)
      LIMIT ${limit}`
  }
  const canceled = await inBatches(goOn, BATCH, async (limit) => {
    const rows = await find(ctx.db, limit)
    for (const { id } of rows) {
      await transaction(ctx, async (tx) => {
        const task = await locked(tx, id)
        if ((await find(tx.db, 1, id)).length > 0) await wishCancel(tx, task, 'periodic-task-gone')
      })
    }
    return rows.length
  })
  return { canceled }
}
