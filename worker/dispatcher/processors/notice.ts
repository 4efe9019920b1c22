import type { Context } from '#lib/services/context'
import { Refused, sendWebhook, webhookSecret, type Sending } from '#lib/notify/webhook'
import { claimNotice, nextNoticeAfter, noteSending, type Outgoing } from '#lib/services/notices/deliver'

/** Delivers one notice, and asks for the one that waited for it. */
export async function deliverNotice(ctx: Context, noticeId: string, version: string): Promise<void> {
  const notice = await claimNotice(ctx, noticeId)
  if (notice === null) return
  const { attempt } = notice
  try {
    const sending = await send(ctx, notice, version)
    await noteSending(ctx, { noticeId, attempt, ...sending }, Math.random())
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    await noteSending(
      ctx,
      { noticeId, attempt, delivered: false, final: true, status: null, error: error.message },
      Math.random(),
    )
  }
  const next = await nextNoticeAfter(ctx, noticeId)
  if (next !== null) await ctx.enqueue({ queue: 'notice', payload: { noticeId: next } })
}

function send(ctx: Context, notice: Outgoing, version: string): Promise<Sending> {
  if (notice.channel !== 'webhook') {
    throw new Refused(`nothing is set up on this farm to send ${notice.channel} messages`)
  }
  return sendWebhook(
    {
      id: notice.id,
      url: notice.target,
      occasion: notice.occasion,
      body: JSON.stringify(notice.payload),
      at: ctx.now(),
    },
    { allow: ctx.settings.noticeAllow, secret: webhookSecret(ctx.settings.secret), version },
  )
}
