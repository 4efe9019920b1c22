import type { Resources } from '#lib/core/resources'
import { json } from '#lib/db/client'
import { accountByName } from '../accounts/manage'
import { demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'

export type AdoptedWorker = {
  name: string
  username: string
  resources: Resources
  taskTypes: string[]
  platforms: Record<string, number>
  contexts: Record<string, string | null>
  selfish: boolean
  lastSeenAt: Date | null
}

/**
 * Makes a worker known before it has called here, e.g. one of another farm. False when there is one of that name already.
 * @throws CroftError not_found when its account is not known
 */
export async function adoptWorker(ctx: Context, input: AdoptedWorker): Promise<boolean> {
  demand(ctx, 'workers.create')
  const { username, resources, platforms, contexts, ...plain } = input
  return transaction(ctx, async (tx) => {
    const account = await accountByName(tx, username)
    const [row] = await tx.db.worker.createManyAndReturn({
      data: [
        {
          ...plain,
          ...resources,
          platforms: json(platforms) as object,
          contexts: json(contexts) as object,
          accountId: account.id,
          kind: 'zimfarm',
          createdAt: tx.now(),
        },
      ],
      skipDuplicates: true,
      select: { id: true },
    })
    if (row !== undefined)
      await appendEvent(tx, { kind: 'worker.adopted', workerId: row.id, data: { name: input.name } })
    return row !== undefined
  })
}
