import { CroftError } from '#lib/core/error'
import { demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'

/**
 * Sends a notice again, with the document that it had, whatever became of it; a receiver knows it by its id.
 * @throws CroftError not_found; conflict while it is still to be sent by itself
 */
export async function redeliverNotice(ctx: Context, input: { taskId: string; noticeId: string }): Promise<void> {
  demand(ctx, 'requests.create')
  await transaction(ctx, async (tx) => {
    const notice = await tx.db.notice.findFirst({ where: { id: input.noticeId, taskId: input.taskId } })
    if (notice === null) throw new CroftError('not_found', 'there is no such notice')
    const { count } = await tx.db.notice.updateMany({
      where: { id: notice.id, status: { not: 'pending' } },
      data: { status: 'pending', attempts: 0, nextAttemptAt: tx.now(), deliveredAt: null },
    })
    if (count === 0) throw new CroftError('conflict', 'it is still to be sent: wait for its next try')
    await appendEvent(tx, {
      kind: 'notice.redelivered',
      taskId: input.taskId,
      data: { notice: notice.id, channel: notice.channel, occasion: notice.occasion },
    })
    await tx.enqueue({ queue: 'notice', payload: { noticeId: notice.id } })
  })
}
