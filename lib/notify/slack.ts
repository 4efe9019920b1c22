import type { TaskMessage } from '#lib/core/notice'
import { post, settled, type Sending } from './sending'
import { slackOf, type SlackLook } from './words'

export type SlackSetup = SlackLook & { url: string }

/** One message to one channel or person through an incoming webhook of Slack. */
export async function sendSlack(
  message: { target: string; task: TaskMessage },
  { url, ...look }: SlackSetup,
  timeoutMs?: number,
): Promise<Sending> {
  const body = JSON.stringify(slackOf(message.task, message.target, look))
  return settled(await post(new URL(url), { headers: { 'content-type': 'application/json' }, body, timeoutMs }))
}
