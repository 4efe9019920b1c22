import { CroftError } from '#lib/core/error'
import { actorName, demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { toWorker, WORKER, type WorkerView } from './view'

export type WorkerSettings = {
  /** Takes it out of service, or back when null. */
  disabled?: { reason: string } | null
  /** All its contexts, each with the address that it must call from, or null for any. */
  contexts?: Record<string, string | null>
}

/**
 * What administrators say of a worker; what it says of itself stays. A worker out of service takes nothing new, what it
 * runs goes on (zimfarm.md §19.6).
 * @throws CroftError not_found
 */
export async function configureWorker(ctx: Context, name: string, input: WorkerSettings): Promise<WorkerView> {
  demand(ctx, 'workers.update')
  const { disabled, contexts } = input
  return transaction(ctx, async (tx) => {
    const before = await tx.db.worker.findFirst({ where: { name, deletedAt: null }, ...WORKER })
    if (before === null) throw new CroftError('not_found', `there is no worker ${name}`)
    const author = actorName(tx.actor)
    const row = await tx.db.worker.update({
      where: { id: before.id },
      data: {
        ...(disabled === null && { disabledAt: null, disabledBy: null, disabledReason: null }),
        ...(disabled !== undefined &&
          disabled !== null && {
            disabledAt: before.disabledAt ?? tx.now(),
            disabledBy: author,
            disabledReason: disabled.reason,
          }),
        ...(contexts !== undefined && { contexts }),
      },
      ...WORKER,
    })
    const about = { workerId: row.id }
    if (disabled === null && before.disabledAt !== null) {
      await appendEvent(tx, { ...about, kind: 'worker.enabled', data: { name } })
    }
    if (disabled !== undefined && disabled !== null) {
      await appendEvent(tx, { ...about, kind: 'worker.disabled', data: { name, reason: disabled.reason } })
    }
    if (contexts !== undefined) {
      await appendEvent(tx, { ...about, kind: 'worker.contexts_set', data: { name, contexts: Object.keys(contexts) } })
    }
    return toWorker(row, tx.now())
  })
}
