import { setTimeout as wait } from 'node:timers/promises'
import type { Context } from '#lib/services/context'
import { JOBS } from '#lib/services/periodic/jobs'
import { claimJobs, runJob, type Jobs } from '#lib/services/periodic/run'

const LOOK_SECONDS = 5

/** Looks every few seconds for periodic jobs that are due and runs those that no other dispatcher has taken, side by side. */
export async function periodicUntil(ctx: Context, stopping: AbortSignal, jobs: Jobs = JOBS): Promise<void> {
  const running = new Set<Promise<void>>()
  while (!stopping.aborted) {
    try {
      for (const claimed of await claimJobs(ctx, jobs)) {
        const job = jobs[claimed.name]
        if (job === undefined) continue
        const run = runJob(ctx, job, claimed, stopping)
          .catch((error: unknown) => ctx.log.warn({ err: error, job: claimed.name }, 'a run could not be noted'))
          .finally(() => running.delete(run))
        running.add(run)
      }
    } catch (error) {
      ctx.log.warn({ err: error }, 'periodic work could not be looked for; the next look tries again')
    }
    await wait(LOOK_SECONDS * 1000, undefined, { signal: stopping }).catch(() => undefined)
  }
  await Promise.all(running)
}
