import type { TaskConfig } from '#lib/core/schedule'
import { redactor } from '#lib/core/secrets'
import type { ReadContext } from '../context'
import type { TaskRow } from './move'

/** What masks a task's secret values in what its program wrote. */
export async function redactorOf(ctx: ReadContext, task: TaskRow): Promise<(text: string) => string> {
  const types = await ctx.taskTypes.current()
  return redactor(types.definition(task.taskTypeId, task.definitionVersion), (task.config as TaskConfig).params)
}
