import { CHANNELS, type Notification, type Occasion } from '#lib/core/schedule'
import { taskDocument } from '#lib/core/task-document'
import { json } from '#lib/db/client'
import type { TxContext } from '../context'
import { DETAILS, toDetails } from '../tasks/view'

/**
 * Writes what is to be told of a task into the outbox, with the document as of now, in the transaction of the change.
 * The jobs that deliver it go to the queue after the commit.
 */
export async function writeNotices(tx: TxContext, taskId: string, occasion: Occasion): Promise<void> {
  const { notification } = await tx.db.task.findUniqueOrThrow({ where: { id: taskId }, select: { notification: true } })
  const targets = (notification as Notification | null)?.[occasion]
  if (targets === undefined) return
  const wanted = CHANNELS.flatMap((channel) => (targets[channel] ?? []).map((target) => ({ channel, target })))
  if (wanted.length === 0) return
  const row = await tx.db.task.findUniqueOrThrow({ where: { id: taskId }, ...DETAILS })
  const payload = json(taskDocument(toDetails(await tx.taskTypes.current(), row))) as object
  const now = tx.now()
  const rows = await tx.db.notice.createManyAndReturn({
    data: wanted.map((notice) => ({ taskId, occasion, ...notice, payload, nextAttemptAt: now, createdAt: now })),
    select: { id: true },
  })
  for (const { id } of rows) await tx.enqueue({ queue: 'notice', payload: { noticeId: id } })
}
