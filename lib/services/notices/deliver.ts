import { NOTICE_MAX_ATTEMPTS, noticeDelay } from '#lib/core/backoff'
import type { Context } from '../context'

/** While one dispatcher sends a notice no other does; a dispatcher that dies leaves it to the sweep after this time. */
const SENDING_SECONDS = 30

export type Outgoing = {
  id: string
  channel: string
  target: string
  occasion: string
  payload: unknown
  attempt: number
}

/**
 * Takes a due notice for sending; null when it is not due, is being sent, or an earlier one of the same task to the same
 * target is still to come: a receiver hears of a task in the order in which it happened.
 */
export async function claimNotice(ctx: Context, noticeId: string): Promise<Outgoing | null> {
  const now = ctx.now()
  const rows = await ctx.db.$queryRaw<Outgoing[]>`
    UPDATE notice n SET attempts = attempts + 1, next_attempt_at = ${now}::timestamptz + make_interval(secs => ${SENDING_SECONDS})
    WHERE id = ${noticeId}::uuid AND status = 'pending' AND next_attempt_at <= ${now}
      AND NOT EXISTS (
        SELECT 1 FROM notice e
        WHERE e.task_id = n.task_id AND e.channel = n.channel AND e.target = n.target AND e.status = 'pending'
          AND (e.created_at, e.id) < (n.created_at, n.id)
      )
    RETURNING id, channel, target, occasion, payload, attempts AS attempt`
  return rows[0] ?? null
}

export type Sent = {
  noticeId: string
  attempt: number
  delivered: boolean
  final?: boolean
  status: number | null
  error: string | null
}

/** Notes what became of a sending: delivered, to be tried again later, or dead. */
export async function noteSending(ctx: Context, sent: Sent, random: number): Promise<void> {
  const now = ctx.now()
  const dead = !sent.delivered && (sent.final === true || sent.attempt >= NOTICE_MAX_ATTEMPTS)
  await ctx.db.notice.updateMany({
    where: { id: sent.noticeId, status: 'pending' },
    data: {
      lastStatus: sent.status,
      lastError: sent.error,
      ...(sent.delivered && { status: 'delivered', deliveredAt: now }),
      ...(dead && { status: 'dead' }),
      ...(!sent.delivered && { nextAttemptAt: new Date(now.getTime() + noticeDelay(sent.attempt, random)) }),
    },
  })
}

/** Due notices, oldest first: what the sweep puts into the queue again. */
export async function dueNotices(ctx: Context, limit: number): Promise<string[]> {
  const rows = await ctx.db.notice.findMany({
    where: { status: 'pending', nextAttemptAt: { lte: ctx.now() } },
    orderBy: { nextAttemptAt: 'asc' },
    take: limit,
    select: { id: true },
  })
  return rows.map((row) => row.id)
}

/** The next notice of the same task to the same target, which waited for this one. */
export async function nextNoticeAfter(ctx: Context, noticeId: string): Promise<string | null> {
  const notice = await ctx.db.notice.findUnique({
    where: { id: noticeId },
    select: { taskId: true, channel: true, target: true, status: true },
  })
  if (notice === null || notice.status === 'pending') return null
  const next = await ctx.db.notice.findFirst({
    where: { taskId: notice.taskId, channel: notice.channel, target: notice.target, status: 'pending' },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: { id: true },
  })
  return next?.id ?? null
}
