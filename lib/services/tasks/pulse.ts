import type { Progress } from '#lib/core/task'
import type { ReadContext } from '../context'

/** What grows on a running task without an event: its log and its progress. */
export type Pulse = { logLines: number; progress: Progress | null }

export async function pulseOf(ctx: ReadContext, taskId: string): Promise<Pulse | null> {
  const row = await ctx.db.task.findUnique({
    where: { id: taskId },
    select: { progress: true, report: { select: { logLines: true } } },
  })
  return row === null ? null : { logLines: row.report?.logLines ?? 0, progress: row.progress as Progress | null }
}
