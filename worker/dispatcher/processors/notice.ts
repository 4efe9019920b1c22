import type { TaskMessage } from '#lib/core/notice'
import { sendMailgun } from '#lib/notify/mailgun'
import { Refused, type Sending } from '#lib/notify/sending'
import { sendSlack } from '#lib/notify/slack'
import { sendSmtp } from '#lib/notify/smtp'
import { sendWebhook, webhookSecret } from '#lib/notify/webhook'
import { mailOf } from '#lib/notify/words'
import type { Context } from '#lib/services/context'
import { claimNotice, nextNoticeAfter, noteSending, type Outgoing } from '#lib/services/notices/deliver'

/** Delivers one notice, and asks for the one that waited for it. */
export async function deliverNotice(ctx: Context, noticeId: string, version: string): Promise<void> {
  const notice = await claimNotice(ctx, noticeId)
  if (notice === null) return
  const { attempt } = notice
  const note = (sending: Sending) => noteSending(ctx, { noticeId, attempt, ...sending }, Math.random())
  try {
    await note(await send(ctx, notice, version))
  } catch (error) {
    const final = error instanceof Refused
    if (!final) ctx.log.error({ err: error, noticeId }, 'a notice could not be sent')
    await note({ delivered: false, final, status: null, error: error instanceof Error ? error.message : String(error) })
  }
  const next = await nextNoticeAfter(ctx, noticeId)
  if (next !== null) await ctx.enqueue({ queue: 'notice', payload: { noticeId: next } })
}

async function send(ctx: Context, notice: Outgoing, version: string): Promise<Sending> {
  const { id, target, settings } = { ...notice, settings: ctx.settings }
  switch (notice.channel) {
    case 'webhook':
      return sendWebhook(
        { id, url: target, occasion: notice.occasion, body: JSON.stringify(notice.payload), at: ctx.now() },
        { allow: settings.noticeAllow, secret: webhookSecret(settings.secret), version },
      )
    case 'mailgun': {
      const message = { id, to: target, mail: mailOf(notice.payload as TaskMessage) }
      if (settings.mailgun !== null) return sendMailgun(message, settings.mailgun)
      if (settings.smtp !== null) return sendSmtp(message, settings.smtp)
      throw new Refused(
        'nothing is set up on this farm to send mail: set MAILGUN_API_URL and MAILGUN_API_KEY, or SMTP_URL',
      )
    }
    case 'slack':
      if (settings.slack !== null) return sendSlack({ target, task: notice.payload as TaskMessage }, settings.slack)
      throw new Refused('nothing is set up on this farm to write to Slack: set SLACK_URL')
    default:
      throw new Refused(`nothing is set up on this farm to send ${notice.channel} messages`)
  }
}
