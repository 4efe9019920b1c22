import { CroftError } from '#lib/core/error'
import type { Context, ReadContext } from '../context'

/** What a running task used at a moment, and how far it was. What its holder does not tell is null. */
export type Sample = {
  at: Date
  attempt: number
  memory: number | null
  disk: number | null
  cpuSeconds: number | null
  cpuPercent: number | null
  progress: number | null
}

/** The least time between two samples, and the part of a run's time that it grows with: a long run keeps few of them. */
const EVERY_SECONDS = 4
const PARTS = 300
/** So many are read at most; a run of a month has about 2,500. */
const MOST = 5_000

/**
 * Keeps what the holders of running tasks last told of their use and progress, in one statement. It reads what every
 * door has stored already, so no report waits for it.
 */
export async function sampleRunning(ctx: Context): Promise<number> {
  return ctx.db.$executeRaw`
    INSERT INTO task_sample (task_id, at, attempt, memory, disk, cpu_seconds, cpu_percent, progress)
    SELECT t.id, r.updated_at, t.attempt,
      croft_figure(r.stats::jsonb #> '{memory,usage}', r.stats::jsonb #> '{memory,max_usage}'),
      croft_figure(r.stats::jsonb #> '{disk,used}', r.stats::jsonb #> '{disk,max_usage}'),
      croft_figure(r.stats::jsonb #> '{cpu,seconds}', NULL),
      croft_figure(r.stats::jsonb #> '{cpu,usage}', r.stats::jsonb #> '{cpu,avg_usage}'),
      croft_figure(t.progress::jsonb #> '{overall}', NULL)
    FROM task t JOIN task_report r ON r.task_id = t.id
    WHERE t.status = 'started' AND (r.stats IS NOT NULL OR t.progress IS NOT NULL) AND r.updated_at >= t.started_at
      AND NOT EXISTS (
        SELECT 1 FROM task_sample s WHERE s.task_id = t.id AND s.at > r.updated_at
          - make_interval(secs => greatest(${EVERY_SECONDS}, extract(epoch FROM r.updated_at - t.started_at) / ${PARTS}))
      )
    ON CONFLICT DO NOTHING`
}

/** A task's samples, oldest first. @throws CroftError not_found */
export async function listSamples(ctx: ReadContext, taskId: string): Promise<Sample[]> {
  const task = await ctx.db.task.findUnique({ where: { id: taskId }, select: { id: true } })
  if (task === null) throw new CroftError('not_found', `there is no task ${taskId}`)
  const rows = await ctx.db.taskSample.findMany({ where: { taskId }, orderBy: { at: 'desc' }, take: MOST })
  return rows.reverse().map((row) => ({
    at: row.at,
    attempt: row.attempt,
    memory: row.memory === null ? null : Number(row.memory),
    disk: row.disk === null ? null : Number(row.disk),
    cpuSeconds: row.cpuSeconds,
    cpuPercent: row.cpuPercent,
    progress: row.progress,
  }))
}
