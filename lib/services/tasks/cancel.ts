import { CroftError } from '#lib/core/error'
import { LEASE_SECONDS } from '#lib/core/lease'
import { isActive, isFinal, refusal, type HistoryEntry } from '#lib/core/task'
import type { TaskSummary } from '#lib/core/task-view'
import { actorName, demand, transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { locked, move, type TaskRow } from './move'
import { SUMMARY, toSummary } from './view'

/**
 * Cancels a task: one that waits is over at once; for one that runs the wish is noted, its holder sees it within
 * seconds and reports. Asking twice is asking once.
 * @throws CroftError not_found; conflict when the task is final
 */
export async function cancelTask(ctx: Context, taskId: string): Promise<TaskSummary> {
  demand(ctx, 'tasks.cancel')
  return transaction(ctx, async (tx) => {
    await cancelLocked(tx, await locked(tx, taskId))
    return toSummary(await tx.db.task.findUniqueOrThrow({ where: { id: taskId }, ...SUMMARY }))
  })
}

export async function cancelLocked(tx: TxContext, task: TaskRow): Promise<void> {
  if (isFinal(task.status)) throw refusal(task.status, 'cancel')
  const by = actorName(tx.actor)
  if (isActive(task.status)) await wishCancel(tx, task, by)
  else await move(tx, task, 'cancel', { set: { canceledBy: by } })
}

/** Notes the wish to cancel a held task; the first one counts, and its holder has 30 minutes to fulfil it. */
export async function wishCancel(tx: TxContext, task: TaskRow, by: string, at: Date = tx.now()): Promise<void> {
  if (task.cancelRequestedAt !== null) return
  const entry: HistoryEntry = { code: 'cancel_requested', at: at.toISOString() }
  const until = new Date(tx.now().getTime() + LEASE_SECONDS.zimfarm * 1000)
  await tx.db.task.update({
    where: { id: task.id },
    data: {
      cancelRequestedAt: at,
      canceledBy: by,
      updatedAt: at,
      ...(task.leaseExpiresAt !== null && task.leaseExpiresAt > until && { leaseExpiresAt: until }),
      history: [...(task.history as HistoryEntry[]), entry],
    },
    select: { id: true },
  })
  await appendEvent(tx, {
    kind: 'task.cancel_requested',
    taskId: task.id,
    scheduleId: task.scheduleId,
    workerId: task.workerId,
  })
}

/**
 * Takes a waiting task off the queue; as with Zimfarm's DELETE, nobody is told (zimfarm.md §6.6).
 * @throws CroftError not_found when it does not wait, e.g. because a worker has taken it
 */
export async function unrequestTask(ctx: Context, taskId: string): Promise<void> {
  demand(ctx, 'requests.delete')
  await transaction(ctx, async (tx) => {
    const task = await locked(tx, taskId)
    if (task.status !== 'requested') throw new CroftError('not_found', `task ${taskId} does not wait in the queue`)
    await move(tx, task, 'cancel', { set: { canceledBy: actorName(tx.actor) }, quiet: true })
  })
}

/** Changes the priority of a waiting task, 0 to 10. */
export async function prioritize(ctx: Context, input: { taskId: string; priority: number }): Promise<void> {
  demand(ctx, 'requests.update')
  await transaction(ctx, async (tx) => {
    await prioritizeLocked(tx, await locked(tx, input.taskId), input.priority)
  })
}

export async function prioritizeLocked(tx: TxContext, task: TaskRow, priority: number): Promise<void> {
  if (task.status !== 'requested') throw new CroftError('not_found', `task ${task.id} does not wait in the queue`)
  await tx.db.task.update({ where: { id: task.id }, data: { priority }, select: { id: true } })
  await appendEvent(tx, { kind: 'task.prioritized', taskId: task.id, data: { from: task.priority, to: priority } })
}
