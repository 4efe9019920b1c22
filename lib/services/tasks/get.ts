import { CroftError } from '#lib/core/error'
import type { TaskDetails } from '#lib/core/task-view'
import { sqlOf } from '#lib/db/sql'
import { countBefore } from '#lib/db/why'
import { detailsRow, standingOf } from '#lib/db/details'
import type { ReadContext } from '../context'
import { toDetails } from './view'

/** One task with its report and files. @throws CroftError not_found */
export async function getTask(ctx: ReadContext, taskId: string): Promise<TaskDetails> {
  const row = await detailsRow(ctx.db, taskId)
  if (row === null) throw new CroftError('not_found', `there is no task ${taskId}`)
  return toDetails(await ctx.taskTypes.current(), row)
}

/** A rank is counted exactly up to here; further back it only says that there are at least so many before. */
export const RANK_COUNTED = 10_000

/** Whether there is such a task and a worker has taken it. */
export async function isTaken(ctx: ReadContext, taskId: string): Promise<boolean> {
  const task = await standingOf(ctx.db, taskId)
  return task !== null && task.status !== 'requested'
}

/** How many waiting tasks stand before this one: by priority, then by who has waited longest (zimfarm.md §6.4). */
export const rankOf = (ctx: ReadContext, taskId: string): Promise<number> =>
  countBefore(sqlOf(ctx.db), taskId, RANK_COUNTED)
