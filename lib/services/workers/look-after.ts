import { ACTIVE } from '#lib/core/task'
import { transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import type { Did } from '../periodic/job'
import { UNCORDONED } from './register'

/** Lets workers take tasks again whose time has come, and tells of those that were drained and are empty now. */
export async function lookAfterWorkers(ctx: Context): Promise<Did> {
  const over = { cordonedAt: { not: null }, cordonUntil: { lte: ctx.now() }, deletedAt: null }
  const empty = {
    draining: true,
    drainedAt: null,
    deletedAt: null,
    tasks: { none: { status: { in: [...ACTIVE] } } },
  }
  const [late, emptied] = await Promise.all([
    ctx.db.worker.findMany({ where: over, select: { id: true, name: true }, take: 500 }),
    ctx.db.worker.findMany({ where: empty, select: { id: true, name: true }, take: 500 }),
  ])
  let [uncordoned, drained] = [0, 0]
  for (const { id, name } of late) {
    uncordoned += await transaction(ctx, async (tx) => {
      const { count } = await tx.db.worker.updateMany({ where: { id, ...over }, data: UNCORDONED })
      if (count > 0)
        await appendEvent(tx, { kind: 'worker.uncordoned', workerId: id, data: { name, why: 'its end came' } })
      return count
    })
  }
  for (const { id, name } of emptied) {
    drained += await transaction(ctx, async (tx) => {
      const { count } = await tx.db.worker.updateMany({ where: { id, ...empty }, data: { drainedAt: tx.now() } })
      if (count > 0) await appendEvent(tx, { kind: 'worker.drained', workerId: id, data: { name } })
      return count
    })
  }
  return { uncordoned, drained }
}
