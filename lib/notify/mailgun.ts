import { post, settled, type Sending } from './sending'
import type { Mail } from './words'

export type MailgunSetup = { apiUrl: string; apiKey: string; from: string }

/** One mail to one address through Mailgun's HTTP API (zimfarm.md §14.2). */
export async function sendMailgun(
  message: { id: string; to: string; mail: Mail },
  setup: MailgunSetup,
  timeoutMs?: number,
): Promise<Sending> {
  const form = new URLSearchParams({
    from: setup.from,
    to: message.to,
    ...message.mail,
    'h:Message-Id': `<${message.id}@croft>`,
  })
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${Buffer.from(`api:${setup.apiKey}`).toString('base64')}`,
  }
  const url = new URL(`${setup.apiUrl.replace(/\/+$/, '')}/messages`)
  return settled(await post(url, { headers, body: form.toString(), timeoutMs }))
}
