import { may } from '#lib/core/access'
import { movesFrom, type TaskMove } from '#lib/core/task'
import type { TaskDetails } from '#lib/core/task-view'
import { maskParams, maskCommand } from '#lib/core/secrets'
import { TASK_TYPES } from '#lib/core/task-types/index'
import type { ReadContext } from '../context'
import { getTask } from './get'

export type ShownTask = TaskDetails & {
  exitCode: number | null
  stderr: string | null
  exception: string | null
  moves: TaskMove[]
}

/**
 * A task as this caller may see it: secrets only for those who run tasks, who is told only for those who may change schedules.
 * @throws CroftError not_found
 */
export async function showTask(ctx: ReadContext, taskId: string): Promise<ShownTask> {
  const task = await getTask(ctx, taskId)
  const definition = TASK_TYPES[task.taskType]
  const config =
    definition === undefined || may(ctx.actor, task.status === 'requested' ? 'requests.secrets' : 'tasks.secrets')
      ? task.config
      : {
          ...task.config,
          params: maskParams(definition, task.config.params),
          command: maskCommand(definition, task.config.command),
        }
  return {
    ...task,
    config,
    notification: may(ctx.actor, 'schedules.secrets') ? task.notification : null,
    exitCode: task.report?.exitCode ?? null,
    stderr: task.report?.stderr ?? null,
    exception: task.report?.exception ?? null,
    moves: movesFrom(task.status),
  }
}
