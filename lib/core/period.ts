import type { PeriodFrom, Periodicity } from './schedule'
import { isFinal, type TaskStatus } from './task'

/** Days of each period; null is never (zimfarm.md §14.4). */
export const PERIOD_DAYS: Record<Periodicity, number | null> = {
  manually: null,
  monthly: 31,
  quarterly: 90,
  biannualy: 180,
  annually: 365,
}
/** When a schedule whose most recent task never started counts as started: it is due at once (zimfarm.md §14.4). */
export const LONG_AGO = new Date('2019-01-01T00:00:00Z')
const DAY = 86_400_000
const FIRST_RETRY = 3_600_000

export type Standing = {
  periodicity: Periodicity
  periodFrom: PeriodFrom
  enabled: boolean
  archivedAt: Date | null
  createdAt: Date
  /** Tasks of it that wait. */
  queued: number
  lastTask: { status: TaskStatus; startedAt: Date | null; endedAt: Date | null } | null
  lastSuccessAt: Date | null
  /** Tasks that ended otherwise since the last success. */
  failedInRow: number
}

export const periodOf = (periodicity: Periodicity): number | null => {
  const days = PERIOD_DAYS[periodicity]
  return days === null ? null : days * DAY
}
const runs = (schedule: Pick<Standing, 'enabled' | 'archivedAt'>) => schedule.enabled && schedule.archivedAt === null

/** How long a schedule that counts from its last success waits after a failure: an hour, doubling, at most its period. */
export const retryWait = (failedInRow: number, period: number) =>
  failedInRow === 0 ? 0 : Math.min(period, FIRST_RETRY * 2 ** Math.min(failedInRow - 1, 20))

/**
 * From when on the next task of a schedule is to be requested; null for never, and while one waits or runs.
 * From `start`, a period counts from the start of the most recent task, whatever became of it (zimfarm.md §14.4).
 * From `success`, it counts from the end of the last success, and failures are tried again before it is over.
 */
export function dueAt(schedule: Standing): Date | null {
  const period = periodOf(schedule.periodicity)
  const { lastTask } = schedule
  if (period === null || !runs(schedule) || schedule.queued > 0) return null
  if (lastTask !== null && !isFinal(lastTask.status)) return null
  if (schedule.periodFrom === 'start') return new Date((lastTask?.startedAt ?? LONG_AGO).getTime() + period)
  const byPeriod = (schedule.lastSuccessAt ?? LONG_AGO).getTime() + period
  const byRetry = (lastTask?.endedAt ?? LONG_AGO).getTime() + retryWait(schedule.failedInRow, period)
  return new Date(Math.max(byPeriod, byRetry))
}

/** Whether the last success of a schedule that runs by itself, or its creation where there is none, is longer ago than its period. */
export function isOverdue(schedule: Omit<Standing, 'queued' | 'lastTask'>, now: Date): boolean {
  const period = periodOf(schedule.periodicity)
  if (period === null || !runs(schedule)) return false
  return now.getTime() - (schedule.lastSuccessAt ?? schedule.createdAt).getTime() > period
}

/**
 * The next `count` times at which a schedule will be requested by itself, if each run begins at once, succeeds and takes
 * `seconds`: `dueAt` applied again and again. Empty for what never runs by itself. What is due already is due `now`.
 */
export function ticksOf(schedule: Standing, options: { now: Date; seconds: number; count: number }): Date[] {
  const ticks: Date[] = []
  let standing = settled(schedule, options)
  while (ticks.length < options.count) {
    const due = dueAt(standing)
    if (due === null) break
    const at = ticks.length === 0 && due < options.now ? options.now : due
    ticks.push(at)
    const ended = new Date(at.getTime() + options.seconds * 1000)
    standing = {
      ...standing,
      lastTask: { status: 'succeeded', startedAt: at, endedAt: ended },
      lastSuccessAt: ended,
      failedInRow: 0,
    }
  }
  return ticks
}

/** As it will stand once the task that waits or runs has succeeded. */
function settled(schedule: Standing, { now, seconds }: { now: Date; seconds: number }): Standing {
  const { lastTask, queued } = schedule
  const running = lastTask !== null && !isFinal(lastTask.status)
  if (queued === 0 && !running) return schedule
  const startedAt = (queued === 0 ? lastTask?.startedAt : null) ?? now
  const endedAt = new Date(Math.max(now.getTime(), startedAt.getTime() + seconds * 1000))
  return {
    ...schedule,
    queued: 0,
    lastTask: { status: 'succeeded', startedAt, endedAt },
    lastSuccessAt: endedAt,
    failedInRow: 0,
  }
}
