import { CroftError } from '#lib/core/error'
import type { Notification, NotificationFormat, ScheduleConfig } from '#lib/core/schedule'
import { isFinal } from '#lib/core/task'
import type { LockedTask } from '#lib/db/claim'
import { demand, transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { locked } from './move'
import { addTask, requestOne } from './request'
import { resourcesOf } from './view'

/**
 * Requests again what failed or was canceled, with its priority and for the worker that it was asked for: as its schedule
 * is today, or as the task was where the schedule is gone. An ended task stays as it is; the new one is named in its events.
 * @throws CroftError not_found; conflict when it has not failed, or when its schedule waits already or may not be requested
 */
export async function retryTask(ctx: Context, taskId: string): Promise<string> {
  demand(ctx, 'requests.create')
  return transaction(ctx, async (tx) => retryLocked(tx, await locked(tx, taskId)))
}

export async function retryLocked(tx: TxContext, task: LockedTask): Promise<string> {
  if (task.status === 'succeeded') throw new CroftError('conflict', 'the task has succeeded: request it again instead')
  if (!isFinal(task.status))
    throw new CroftError('conflict', `the task is ${task.status}: only what has ended can be tried again`)
  const made = await again(tx, task)
  await appendEvent(tx, { kind: 'task.retried', taskId: task.id, scheduleId: task.scheduleId, data: { as: made } })
  return made
}

async function again(tx: TxContext, task: LockedTask): Promise<string> {
  const schedule = task.scheduleId === null ? null : await tx.db.schedule.findUnique({ where: { id: task.scheduleId } })
  const worker =
    task.pinnedWorkerId === null
      ? null
      : await tx.db.worker.findFirst({ where: { id: task.pinnedWorkerId, deletedAt: null } })
  if (task.pinnedWorkerId !== null && worker === null)
    throw new CroftError('conflict', 'the worker that it was asked for is gone: request it again for another one')
  if (schedule !== null) {
    const outcome = await requestOne(tx, schedule.name, task.priority, worker?.name ?? null)
    if ('id' in outcome) return outcome.id
    throw new CroftError('conflict', outcome.why)
  }
  return addTask(tx, {
    taskType: task.taskTypeId,
    definitionVersion: task.definitionVersion,
    scheduleId: null,
    scheduleName: task.scheduleName,
    config: task.config as ScheduleConfig,
    resources: resourcesOf(task),
    platform: task.platform,
    context: task.context,
    notification: task.notification as Notification | null,
    notificationFormat: task.notificationFormat as NotificationFormat,
    priority: task.priority,
    pinnedWorkerId: task.pinnedWorkerId,
    expectedSeconds: task.expectedSeconds,
  })
}
