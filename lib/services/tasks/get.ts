import { CroftError } from '#lib/core/error'
import type { TaskDetails } from '#lib/core/task-view'
import type { ReadContext } from '../context'
import { DETAILS, toDetails } from './view'

/** One task with its report and files. @throws CroftError not_found */
export async function getTask(ctx: ReadContext, taskId: string): Promise<TaskDetails> {
  const row = await ctx.db.task.findUnique({ where: { id: taskId }, ...DETAILS })
  if (row === null) throw new CroftError('not_found', `there is no task ${taskId}`)
  return toDetails(await ctx.taskTypes.current(), row)
}

/** How many waiting tasks stand before this one: by priority, then by who has waited longest (zimfarm.md §6.4). */
export async function rankOf(ctx: ReadContext, taskId: string): Promise<number> {
  const [row] = await ctx.db.$queryRaw<{ rank: bigint }[]>`
    SELECT count(*) AS rank FROM task other, task mine
    WHERE mine.id = ${taskId}::uuid AND other.status = 'requested' AND other.id <> mine.id
      AND (other.priority > mine.priority OR (other.priority = mine.priority AND (other.updated_at, other.id) < (mine.updated_at, mine.id)))`
  return Number(row?.rank ?? 0)
}
