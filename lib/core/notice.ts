import { CHANNELS, type Channel, type Notification } from './schedule'
import type { ReasonCode, TaskStatus } from './task'
import type { TaskDetails } from './task-view'

/** What mail and Slack tell of a task: as of the event, with the addresses that lead to it. */
export type TaskMessage = {
  id: string
  name: string
  status: TaskStatus
  reasonCode: ReasonCode | null
  worker: string | null
  requestedBy: string
  canceledBy: string | null
  url: string
  /** A signed address of the requester's page, for receivers without an account. */
  follow?: string
  files: { name: string; size: number; url: string | null }[]
}

/** Where people find things: the farm itself, and the mirror of what foreign workers upload. */
export type Addresses = { publicUrl: string; zimDownloadUrl: string | null }

/** A task in few words. Files that Croft keeps are linked here, others at the mirror (zimfarm.md §14.2). */
export function taskMessage(task: TaskDetails, { publicUrl, zimDownloadUrl }: Addresses, follow?: string): TaskMessage {
  const farm = publicUrl.replace(/\/+$/, '')
  const mirror = zimDownloadUrl?.replace(/\/+$/, '') ?? null
  return {
    id: task.id,
    name: task.originalScheduleName,
    status: task.status,
    reasonCode: task.reasonCode,
    worker: task.worker,
    requestedBy: task.requestedBy,
    canceledBy: task.canceledBy,
    url: `${farm}/tasks/${task.id}`,
    ...(follow !== undefined && { follow }),
    files: task.files.map((file) => ({
      name: file.name,
      size: file.size,
      url:
        file.status !== 'uploaded'
          ? null
          : file.stored
            ? `${farm}/api/farm/files/${file.id}`
            : mirror === null
              ? null
              : `${mirror}${task.config.warehousePath}/${encodeURIComponent(file.name)}`,
    })),
  }
}

/** A mail address without a display name: nothing in it can start a header or name a second receiver. */
export const isMailAddress = (text: string) =>
  text.length <= 254 && /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+$/u.test(text) && !/\p{Cc}/u.test(text)
/** A channel (#name), a person (@name) or an id, as Slack knows them. */
export const isSlackTarget = (text: string) => /^[#@]?[^\s#@,<>&\p{Cc}]{1,80}$/u.test(text)
export const isHttpUrl = (text: string) => URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)

/** What is wrong with a target; null when it can be sent to. */
export function targetComplaint(channel: Channel, target: string): string | null {
  switch (channel) {
    case 'webhook':
      return isHttpUrl(target) ? null : 'must be an http or https address'
    case 'mailgun':
      return isMailAddress(target) ? null : 'must be a mail address, such as ops@example.org'
    case 'slack':
      return isSlackTarget(target) ? null : 'must be a channel or a person, such as #farm or @kim'
  }
}

type Targets = NonNullable<Notification[keyof Notification]>

/** Reads `METHOD,target,target|METHOD,target` (zimfarm.md §14.3); `unknown` are methods that Croft does not have. */
export function parseTargets(text: string): { targets: Targets; unknown: string[]; bad: string[] } {
  const targets: Targets = {}
  const unknown: string[] = []
  const bad: string[] = []
  for (const part of text.split('|')) {
    const [method = '', ...given] = part.split(',').map((word) => word.trim())
    const wanted = given.filter(Boolean)
    const channel = CHANNELS.find((known) => known === method.toLowerCase())
    if (channel === undefined) {
      if (method !== '') unknown.push(method)
      continue
    }
    for (const target of wanted) {
      const complaint = targetComplaint(channel, target)
      if (complaint !== null) bad.push(`${method} ${complaint}`)
    }
    targets[channel] = [...(targets[channel] ?? []), ...wanted]
  }
  return { targets, unknown, bad }
}
