import { may } from '#lib/core/access'
import { movesFrom, type TaskMove } from '#lib/core/task'
import type { TaskDetails } from '#lib/core/task-view'
import { argv } from '#lib/core/command'
import { maskDeep, maskParams } from '#lib/core/secrets'
import type { ReadContext } from '../context'
import { getTask } from './get'

export type ShownTask = TaskDetails & {
  exitCode: number | null
  stderr: string | null
  exception: string | null
  moves: TaskMove[]
}

/**
 * A task as this caller may see it: secrets, and who is told, only for those who may see them.
 * @throws CroftError not_found
 */
export async function showTask(ctx: ReadContext, taskId: string): Promise<ShownTask> {
  const task = await getTask(ctx, taskId)
  const { definition } = task
  const trusted = may(ctx.actor, task.status === 'requested' ? 'requests.secrets' : 'tasks.secrets')
  const params = trusted ? task.config.params : maskParams(definition, task.config.params)
  const command = trusted ? task.config.command : definition === null ? [] : argv(definition, params)
  const config = { ...task.config, params, command }
  return {
    ...task,
    config,
    upload: trusted ? task.upload : maskDeep(task.upload),
    notification: may(ctx.actor, 'schedules.secrets') ? task.notification : null,
    exitCode: task.report?.exitCode ?? null,
    stderr: task.report?.stderr ?? null,
    exception: task.report?.exception ?? null,
    moves: movesFrom(task.status),
  }
}
