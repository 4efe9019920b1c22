import type { TaskMessage } from '#lib/core/notice'
import { sendCms } from '#lib/notify/cms'
import { sendMailgun } from '#lib/notify/mailgun'
import { Refused, type Sending } from '#lib/notify/sending'
import { sendSlack } from '#lib/notify/slack'
import { sendSmtp } from '#lib/notify/smtp'
import { sendWebhook, webhookSecret } from '#lib/notify/webhook'
import { mailOf } from '#lib/notify/words'
import type { Context } from '#lib/services/context'
import { noteCms } from '#lib/services/files/cms'
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
    case 'cms':
      return tellCms(ctx, notice)
    default:
      throw new Refused(`nothing is set up on this farm to send ${notice.channel} messages`)
  }
}

/** Tells the catalogue of a file, and keeps what it answers in the file's row (zimfarm.md §14.5). */
async function tellCms(ctx: Context, { id, target, payload }: Outgoing): Promise<Sending> {
  const { cms } = ctx.settings
  if (cms === null) throw new Refused('no catalogue is set up on this farm any more: set INFORM_CMS')
  const { bookId, title, ...sending } = await sendCms({ url: target, body: JSON.stringify(payload) }, cms)
  const on = ctx.now().toISOString()
  await noteCms(ctx, id, { status: sending.status, succeeded: sending.delivered, on, bookId, title })
  return sending
}
