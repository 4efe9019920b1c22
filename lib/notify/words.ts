import { bytes } from '#lib/core/bytes'
import type { TaskMessage } from '#lib/core/notice'
import { REASON_TEXT, type TaskStatus } from '#lib/core/task'

const HAPPENED: Record<TaskStatus, string> = {
  requested: 'was requested',
  reserved: 'was taken',
  started: 'has started',
  succeeded: 'has succeeded',
  failed: 'has failed',
  canceled: 'was canceled',
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)

const shortId = (task: TaskMessage) => task.id.slice(0, 8)
/** What there is to say of a task, label by label. */
function facts(task: TaskMessage): [label: string, value: string][] {
  const by = task.status === 'canceled' ? task.canceledBy : null
  return [
    ['Status', by === null ? task.status : `${task.status} by ${by}`],
    ...(task.reasonCode === null ? [] : [['Why', REASON_TEXT[task.reasonCode]] as [string, string]]),
    ...(task.worker === null ? [] : [['Worker', task.worker] as [string, string]]),
    ['Requested by', task.requestedBy],
  ]
}

export type Mail = { subject: string; html: string; text: string }

/** A task's news as a mail. */
export function mailOf(task: TaskMessage): Mail {
  const headline = `${task.name} ${HAPPENED[task.status]}`
  const subject = `${headline} (task ${shortId(task)})`.replace(/\p{Cc}+/gu, ' ')
  const href = (url: string, shown: string) => `<a href="${escapeHtml(url)}">${escapeHtml(shown)}</a>`
  const html = [
    `<p>${escapeHtml(headline)}: ${href(task.url, `task ${shortId(task)}`)}.</p>`,
    `<ul>${facts(task)
      .map(([label, value]) => `<li>${label}: ${escapeHtml(value)}</li>`)
      .join('')}</ul>`,
    ...(task.files.length === 0
      ? []
      : [
          `<p>Files:</p><ul>${task.files
            .map(
              ({ name, size, url }) =>
                `<li>${url === null ? escapeHtml(name) : href(url, name)}, ${escapeHtml(bytes(size))}</li>`,
            )
            .join('')}</ul>`,
        ]),
    ...(task.follow === undefined ? [] : [`<p>${href(task.follow, 'Follow it without an account')}</p>`]),
  ].join('\n')
  const text = [
    `${headline}.`,
    task.url,
    ...(task.follow === undefined ? [] : [`Without an account: ${task.follow}`]),
    '',
    ...facts(task).map(([label, value]) => `${label}: ${value}`),
    ...(task.files.length === 0 ? [] : ['', 'Files:']),
    ...task.files.map(({ name, size, url }) => `- ${name}, ${bytes(size)}${url === null ? '' : ` ${url}`}`),
  ].join('\n')
  return { subject, html, text }
}

const COLOURS: Partial<Record<TaskStatus, string>> = { succeeded: 'good', canceled: 'warning', failed: 'danger' }
/** Slack's mark-up is written with these three characters; everything else is text. */
const escapeSlack = (text: string) => text.replace(/[&<>]/g, (char) => ENTITIES[char] ?? char)

export type SlackLook = { username: string; emoji: string | null; icon: string | null }

/** A task's news as the body of an incoming webhook of Slack (zimfarm.md §14.2). */
export function slackOf(task: TaskMessage, channel: string, look: SlackLook) {
  const link = (url: string, shown: string) =>
    `<${escapeSlack(url).replaceAll('|', '%7C')}|${escapeSlack(shown).replaceAll('|', '¦')}>`
  const colour = COLOURS[task.status]
  const files = task.files.map(
    ({ name, size, url }) => `• ${url === null ? escapeSlack(name) : link(url, name)}, ${bytes(size)}`,
  )
  return {
    channel,
    username: look.username,
    icon_emoji: look.emoji,
    icon_url: look.icon,
    attachments: [
      {
        fallback: `${escapeSlack(task.name)} ${HAPPENED[task.status]}: ${task.url}`,
        ...(colour !== undefined && { color: colour }),
        fields: [
          { title: task.name, value: `${HAPPENED[task.status]}: ${link(task.url, `task ${shortId(task)}`)}` },
          ...facts(task)
            .slice(1)
            .map(([title, value]) => ({ title, value: escapeSlack(value), short: true })),
          ...(files.length === 0 ? [] : [{ title: 'Files', value: files.join('\n') }]),
        ],
      },
    ],
  }
}
