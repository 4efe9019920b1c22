import type { ReadContext } from '../context'

/** The names of an account's living workers, oldest first. */
export async function workersOf(ctx: ReadContext, accountId: string): Promise<string[]> {
  const rows = await ctx.db.worker.findMany({
    where: { accountId, deletedAt: null },
    orderBy: [{ createdAt: 'asc' }, { name: 'asc' }],
    select: { name: true },
  })
  return rows.map((row) => row.name)
}
