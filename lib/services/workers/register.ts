import { CroftError } from '#lib/core/error'
import type { Resources } from '#lib/core/resources'
import type { WorkerKind } from '#lib/core/worker'
import { isUniqueViolation } from '#lib/db/client'
import { transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { toWorker, WORKER, type WorkerView } from './view'

export type Registration = {
  name: string
  kind: WorkerKind
  accountId: string
  resources: Resources
  taskTypes: string[]
  platforms: Record<string, number>
  selfish: boolean
  version: string | null
}

/**
 * Registers a worker, or takes in what it says of itself now. It belongs to the account of the first call for ever.
 * @throws CroftError conflict when the name is another account's, or that of a deleted worker
 */
export async function registerWorker(ctx: Context, input: Registration): Promise<WorkerView> {
  const { name, accountId, resources, kind, ...told } = input
  const fields = { ...told, ...resources, lastSeenAt: ctx.now() }
  try {
    return await transaction(ctx, async (tx) => {
      const before = await tx.db.worker.findUnique({ where: { name } })
      if (before !== null && (before.accountId !== accountId || before.deletedAt !== null)) {
        throw new CroftError('conflict', `the name ${name} belongs to another worker: choose another name`, {
          name: ['is taken'],
        })
      }
      const row =
        before === null
          ? await tx.db.worker.create({ data: { name, accountId, kind, createdAt: tx.now(), ...fields }, ...WORKER })
          : await tx.db.worker.update({ where: { name }, data: { kind, ...fields }, ...WORKER })
      await appendEvent(tx, {
        kind: before === null ? 'worker.registered' : 'worker.checked_in',
        workerId: row.id,
        data: { name },
      })
      return toWorker(row, tx.now())
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new CroftError('conflict', `another worker has just registered as ${name}`)
  }
}

/** Registers a worker of the caller's own account. */
export async function registerOwnWorker(ctx: Context, input: Omit<Registration, 'accountId'>): Promise<WorkerView> {
  if (ctx.actor.kind !== 'account')
    throw new CroftError('unauthenticated', 'sign in as the account that shall own the worker')
  return registerWorker(ctx, { ...input, accountId: ctx.actor.accountId })
}
