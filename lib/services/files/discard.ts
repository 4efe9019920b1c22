import type { Context, TxContext } from '../context'
import type { Did, GoOn } from '../periodic/job'

const BATCH = 100
const AT_ONCE = 8

/** Notes bytes that no row names any more, in the transaction that deletes the rows; the dispatcher removes them after it. */
export async function discard(tx: TxContext, storageKeys: string[]): Promise<void> {
  if (storageKeys.length === 0) return
  await tx.db.discardedObject.createMany({
    data: storageKeys.map((storageKey) => ({ storageKey, discardedAt: tx.now() })),
    skipDuplicates: true,
  })
}

/** Removes discarded bytes from the storage. What cannot be removed now is tried again; it does not hold up the others. */
export async function removeDiscarded(ctx: Context, goOn: GoOn): Promise<Did> {
  const did = { removed: 0, failed: 0 }
  const begun = ctx.now()
  while (await goOn()) {
    const rows = await ctx.db.discardedObject.findMany({
      where: { discardedAt: { lte: begun } },
      orderBy: { discardedAt: 'asc' },
      take: BATCH,
    })
    const left = rows.map((row) => row.storageKey)
    const lane = async () => {
      for (let key = left.pop(); key !== undefined; key = left.pop()) {
        did[(await removeOne(ctx, key)) ? 'removed' : 'failed'] += 1
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    if (rows.length < BATCH) break
  }
  return did
}

async function removeOne(ctx: Context, storageKey: string): Promise<boolean> {
  try {
    // Schedules may share a blob's bytes.
    const shared = await ctx.db.blob.findFirst({ where: { storageKey }, select: { id: true } })
    if (shared === null) await ctx.storage.remove(storageKey)
    await ctx.db.discardedObject.deleteMany({ where: { storageKey } })
    return true
  } catch (error) {
    ctx.log.warn({ err: error, storageKey }, 'discarded bytes could not be removed; they are tried again')
    const later = new Date(ctx.now().getTime() + 1)
    await ctx.db.discardedObject.updateMany({ where: { storageKey }, data: { discardedAt: later } })
    return false
  }
}
