import { scopeOf } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { isUniqueViolation, json } from '#lib/db/client'
import { demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { parsePublicKey } from '../keys/parse'

/**
 * Makes a worker with a key to sign in with and an account of its own, before it has ever called. Until it checks in it
 * takes only what is asked for on it (zimfarm.md §19.6).
 * @throws CroftError forbidden; invalid for no key; conflict when the name is taken
 */
export async function createWorker(ctx: Context, input: { name: string; key: string }): Promise<void> {
  demand(ctx, 'workers.create')
  const { name } = input
  const { comment, ...key } = parsePublicKey(input.key)
  try {
    await transaction(ctx, async (tx) => {
      const now = tx.now()
      const account = await tx.db.account.create({
        data: {
          username: name,
          displayName: name,
          role: 'worker',
          scope: json(scopeOf('worker')) as object,
          createdAt: now,
          updatedAt: now,
          sshKeys: { create: { ...key, name: comment ?? key.type, addedAt: now } },
        },
        select: { id: true },
      })
      const worker = await tx.db.worker.create({
        data: {
          name,
          accountId: account.id,
          kind: 'zimfarm',
          cpu: 0,
          memory: 0,
          disk: 0,
          taskTypes: [],
          selfish: true,
          createdAt: now,
        },
        select: { id: true },
      })
      await appendEvent(tx, { kind: 'worker.created', workerId: worker.id, data: { name } })
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new CroftError('conflict', `the name ${name} is taken, by a worker or by an account: choose another`)
  }
}
