import { CroftError } from '#lib/core/error'
import type { TaskDetails } from '#lib/core/task-view'
import { sqlOf } from '#lib/db/sql'
import { countBefore } from '#lib/db/why'
import type { ReadContext } from '../context'
import { DETAILS, toDetails } from './view'

/** One task with its report and files. @throws CroftError not_found */
export async function getTask(ctx: ReadContext, taskId: string): Promise<TaskDetails> {
  const row = await ctx.db.task.findUnique({ where: { id: taskId }, ...DETAILS })
  if (row === null) throw new CroftError('not_found', `there is no task ${taskId}`)
  return toDetails(await ctx.taskTypes.current(), row)
}

/** A rank is counted exactly up to here; further back it only says that there are at least so many before. */
export const RANK_COUNTED = 10_000

/** How many waiting tasks stand before this one: by priority, then by who has waited longest (zimfarm.md §6.4). */
export const rankOf = (ctx: ReadContext, taskId: string): Promise<number> =>
  countBefore(sqlOf(ctx.db), taskId, RANK_COUNTED)
