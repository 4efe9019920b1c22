import { demand, type Context } from '../context'

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
