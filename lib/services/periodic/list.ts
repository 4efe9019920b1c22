import type { ReadContext } from '../context'
import type { Did } from './job'
import { JOBS } from './jobs'

export type JobView = {
  name: string
  about: string
  everySeconds: number
  running: boolean
  lastStartedAt: Date | null
  lastEndedAt: Date | null
  tookMs: number | null
  did: Did
  error: string | null
  runs: number
  failures: number
  nextAt: Date | null
}

/** The farm's periodic jobs: what the last run of each did, and when the next is due. */
export async function listPeriodic(ctx: ReadContext): Promise<JobView[]> {
  const rows = await ctx.db.periodicJob.findMany({ where: { name: { in: Object.keys(JOBS) } } })
  const now = ctx.now()
  return Object.entries(JOBS).map(([name, { about, everySeconds }]) => {
    const row = rows.find((one) => one.name === name)
    return {
      name,
      about,
      everySeconds,
      running: (row?.leaseExpiresAt ?? now) > now,
      lastStartedAt: row?.startedAt ?? null,
      lastEndedAt: row?.endedAt ?? null,
      tookMs: row?.tookMs ?? null,
      did: (row?.did ?? {}) as Did,
      error: row?.error ?? null,
      runs: row?.runs ?? 0,
      failures: row?.failures ?? 0,
      nextAt: row?.nextAt ?? null,
    }
  })
}
