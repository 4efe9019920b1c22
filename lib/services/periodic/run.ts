import { randomUUID } from 'node:crypto'
import { nextDue } from '#lib/core/periodic'
import { json } from '#lib/db/client'
import type { Context } from '../context'
import type { Did, GoOn, PeriodicJob } from './job'

/** While a dispatcher gives signs of life nobody else takes its run; longer than any one transaction may last. */
const LEASE_SECONDS = 60
/** What is not done by then goes on with the next run, which is due at once. */
const RUN_MS = 45_000

export type Jobs = Record<string, PeriodicJob>
type Claimed = { name: string; nextAt: Date; holder: string }

/** Makes the rows of jobs that are new; a new job is due at once. */
async function addJobs(ctx: Context, names: string[], now: Date): Promise<void> {
  await ctx.db.$executeRaw`
    INSERT INTO periodic_job (name, next_at) SELECT name, ${now} FROM unnest(${names}::text[]) AS name
    ON CONFLICT DO NOTHING`
}

/** Takes the runs that are due, or whose holder has died: of many dispatchers one gets each. */
export async function claimJobs(ctx: Context, jobs: Jobs): Promise<Claimed[]> {
  const names = Object.keys(jobs)
  const now = ctx.now()
  const holder = randomUUID()
  const claim = () => ctx.db.$queryRaw<Claimed[]>`
    UPDATE periodic_job SET
      holder = ${holder}::uuid, started_at = ${now}, lease_expires_at = ${now}::timestamptz + make_interval(secs => ${LEASE_SECONDS})
    WHERE name IN (
      SELECT name FROM periodic_job
      WHERE name = ANY(${names}) AND next_at <= ${now} AND (lease_expires_at IS NULL OR lease_expires_at <= ${now})
      FOR UPDATE SKIP LOCKED
    )
    RETURNING name, next_at AS "nextAt", holder`
  const claimed = await claim()
  if (claimed.length > 0) return claimed
  const known = await ctx.db.periodicJob.count({ where: { name: { in: names } } })
  if (known === names.length) return []
  await addJobs(ctx, names, now)
  return claim()
}

/** Does a run that was claimed, and notes what came of it. A failure is noted and logged, and the next due time tries again. */
export async function runJob(ctx: Context, job: PeriodicJob, run: Claimed, stopping: AbortSignal): Promise<void> {
  const { name, holder } = run
  const begun = performance.now()
  const state = { cut: false }
  const goOn: GoOn = async () => {
    const now = ctx.now()
    const { count } = await ctx.db.periodicJob.updateMany({
      where: { name, holder },
      data: { leaseExpiresAt: new Date(now.getTime() + LEASE_SECONDS * 1000) },
    })
    state.cut = count === 0 || stopping.aborted || performance.now() - begun > RUN_MS
    return !state.cut
  }
  let did: Did = {}
  let error: string | null = null
  try {
    did = await job.run(ctx, goOn)
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown)
    ctx.log.error({ err: thrown, job: name }, 'periodic work failed; the next due time tries again')
  }
  const tookMs = Math.round(performance.now() - begun)
  const now = ctx.now()
  await ctx.db.periodicJob.updateMany({
    where: { name, holder },
    data: {
      holder: null,
      leaseExpiresAt: null,
      endedAt: now,
      tookMs,
      did: json(did) as object,
      error,
      runs: { increment: 1 },
      ...(error !== null && { failures: { increment: 1 } }),
      nextAt:
        state.cut && error === null ? now : new Date(nextDue(run.nextAt.getTime(), job.everySeconds, now.getTime())),
    },
  })
  const level = Object.values(did).some((n) => n > 0) || state.cut ? 'info' : 'debug'
  if (error === null) ctx.log[level]({ job: name, did, tookMs, ...(state.cut && { cut: true }) }, 'periodic work')
}
