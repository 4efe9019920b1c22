import { DEFAULT_DURATION_SECONDS } from '#lib/core/schedule'
import { demand, type Context, type ReadContext } from '../context'

/**
 * How long the next task of each schedule is taken to last on a worker that has not run it yet: the latest that was
 * measured on any worker, else the schedule's default (zimfarm.md §9). A worker's own figure goes before it.
 */
export async function expectedSeconds(ctx: ReadContext, scheduleIds: string[]): Promise<(id: string) => number> {
  const rows = await ctx.db.$queryRaw<{ scheduleId: string; seconds: number }[]>`
    SELECT DISTINCT ON (schedule_id) schedule_id AS "scheduleId", seconds FROM schedule_duration
    WHERE schedule_id = ANY(${scheduleIds}::uuid[])
    ORDER BY schedule_id, worker_id IS NULL, measured_at DESC`
  const seconds = new Map(rows.map((row) => [row.scheduleId, row.seconds]))
  return (id) => seconds.get(id) ?? DEFAULT_DURATION_SECONDS
}

export type MeasuredElsewhere = { worker: string; seconds: number; measuredAt: Date }

/** Takes over durations that were measured elsewhere, for workers that are known here; what is newer here stays. */
export async function takeOverDurations(
  ctx: Context,
  scheduleId: string,
  durations: readonly MeasuredElsewhere[],
): Promise<void> {
  demand(ctx, 'schedules.update')
  for (const { worker, seconds, measuredAt } of durations) {
    await ctx.db.$executeRaw`
      INSERT INTO schedule_duration (id, schedule_id, worker_id, seconds, measured_at)
      SELECT gen_random_uuid(), ${scheduleId}::uuid, id, ${seconds}, ${measuredAt}
      FROM worker WHERE name = ${worker} AND deleted_at IS NULL
      ON CONFLICT (schedule_id, worker_id) DO UPDATE SET seconds = excluded.seconds, measured_at = excluded.measured_at
      WHERE schedule_duration.measured_at < excluded.measured_at`
  }
}
