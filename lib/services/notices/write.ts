import { taskMessage } from '#lib/core/notice'
import { CHANNELS, type Channel, type Notification, type Occasion } from '#lib/core/schedule'
import { taskDocument } from '#lib/core/task-document'
import { taskDocumentV2 } from '#lib/core/task-document-v2'
import type { TaskDetails } from '#lib/core/task-view'
import { json } from '#lib/db/client'
import type { TxContext } from '../context'
import { displayNames } from '../accounts/names'
import { signLink } from '../links/token'
import { getTask, rankOf } from '../tasks/get'

/** A webhook's document is that of the door whose client named it. */
async function webhookDocument(tx: TxContext, task: TaskDetails): Promise<object> {
  if (task.notificationFormat === 'v1') return taskDocument(task)
  const nameOf = await displayNames(tx, [task.requestedBy, task.canceledBy])
  const rank = task.status === 'requested' ? await rankOf(tx, task.id) : undefined
  return taskDocumentV2(task, { nameOf, rank })
}

/** How long the address in a mail shows the task to whoever has no account. */
const FOLLOW_DAYS = 30

/** What a notice carries, by channel. */
const PAYLOADS: Record<Channel, (tx: TxContext, task: TaskDetails) => object | Promise<object>> = {
  webhook: webhookDocument,
  mailgun: async (tx, task) => {
    const { url } = await signLink(tx, { taskId: task.id, days: FOLLOW_DAYS })
    return taskMessage(task, tx.settings, url)
  },
  slack: (tx, task) => taskMessage(task, tx.settings),
}

/**
 * Writes what is to be told of a task into the outbox, with the document as of now, in the transaction of the change:
 * to those whom its schedule named when it was requested, then to those who are told of every task (zimfarm.md §14.1);
 * nobody is told of a test run.
 * The jobs that deliver it go to the queue after the commit.
 */
export async function writeNotices(
  tx: TxContext,
  { id: taskId, notification }: { id: string; notification: unknown },
  occasion: Occasion,
): Promise<void> {
  const named = (notification as Notification | null)?.[occasion]
  const always = tx.settings.globalNotification[occasion]
  const wanted = CHANNELS.flatMap((channel) =>
    [...new Set([...(named?.[channel] ?? []), ...(always?.[channel] ?? [])])].map((target) => ({ channel, target })),
  )
  if (wanted.length === 0) return
  const task = await getTask(tx, taskId)
  if (task.config.test === true) return
  const now = tx.now()
  const payloads = new Map<Channel, object>()
  for (const { channel } of wanted) {
    if (!payloads.has(channel)) payloads.set(channel, await PAYLOADS[channel](tx, task))
  }
  const rows = await tx.db.notice.createManyAndReturn({
    data: wanted.map((notice) => ({
      taskId,
      occasion,
      ...notice,
      payload: json(payloads.get(notice.channel)) as object,
      nextAttemptAt: now,
      createdAt: now,
    })),
    select: { id: true },
  })
  for (const { id } of rows) await tx.enqueue({ queue: 'notice', payload: { noticeId: id } })
}
