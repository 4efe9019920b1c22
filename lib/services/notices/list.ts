import { may } from '#lib/core/access'
import type { ReadContext } from '../context'

export type NoticeView = {
  id: string
  occasion: string
  channel: string
  target: string
  status: 'pending' | 'delivered' | 'dead'
  attempts: number
  lastStatus: number | null
  lastError: string | null
  nextAttemptAt: Date | null
  deliveredAt: Date | null
}

/** A target without what may be secret: a webhook's path and query often carry a token. */
export const shownTarget = (channel: string, target: string) =>
  channel === 'webhook' && URL.canParse(target) ? `${new URL(target).origin}/…` : target

/** A task's notices, oldest first; the whole target only for those who may see the secrets of schedules. */
export async function listNotices(ctx: ReadContext, taskId: string): Promise<NoticeView[]> {
  const rows = await ctx.db.notice.findMany({
    where: { taskId },
    omit: { payload: true },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
  const trusted = may(ctx.actor, 'schedules.secrets')
  return rows.map((row) => ({
    ...row,
    target: trusted ? row.target : shownTarget(row.channel, row.target),
    nextAttemptAt: row.status === 'pending' ? row.nextAttemptAt : null,
  }))
}
