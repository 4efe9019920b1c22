import { PAUSE_SCOPES, type PauseScope } from '#lib/core/matching'
import type { Prisma } from '#lib/db/client'
import type { ReadContext } from '../context'

export type PauseView = {
  id: string
  scope: PauseScope
  /** Empty for the farm, else a name. */
  subject: string
  reason: string
  author: string
  createdAt: Date
  until: Date | null
}

export const toPause = (row: Prisma.PauseGetPayload<object>): PauseView => ({
  id: row.id,
  scope: PAUSE_SCOPES.find((scope) => scope === row.scope) ?? 'farm',
  subject: row.label,
  reason: row.reason,
  author: row.author,
  createdAt: row.createdAt,
  until: row.until,
})

/** The pauses that hold now, newest first. */
export async function listPauses(ctx: ReadContext): Promise<PauseView[]> {
  const rows = await ctx.db.pause.findMany({
    where: { endedAt: null, OR: [{ until: null }, { until: { gt: ctx.now() } }] },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    take: 1_000,
  })
  return rows.map(toPause)
}
