import type { BreakerKind } from './matching'
import type { ReasonCode } from './task'

/** So many failures in a row open a breaker. */
export const FAILURES_TO_OPEN: Record<BreakerKind, number> = { worker: 5, image: 5, task_type: 8 }
/** A failure that comes later than this after the one before begins the row anew, in seconds. */
export const ROW_SECONDS = 30 * 60
/** How long nothing is tried; doubled by each try that fails, in seconds. */
export const COOL_DOWN_SECONDS = 10 * 60
export const LONGEST_COOL_DOWN_SECONDS = 4 * 60 * 60

const EVERYBODY: readonly BreakerKind[] = ['task_type', 'image', 'worker']
/** Whom a failure may be the fault of. What the task itself asked for (its input, its limits) is nobody's. */
export const POINTS_AT: Record<ReasonCode, readonly BreakerKind[]> = {
  exit_code: EVERYBODY,
  unknown: EVERYBODY,
  stalled: ['task_type', 'image'],
  check_failed: ['task_type', 'image'],
  image_missing: ['image', 'worker'],
  network: ['worker'],
  tool_missing: ['worker'],
  upload_failed: ['worker'],
  worker_lost: ['worker'],
  agent_error: ['worker'],
  bad_input: [],
  oom: [],
  disk_full: [],
  timeout: [],
}

/** The failures in a row of one subject. Times in milliseconds since the epoch. */
export type FailureRow = {
  failures: number
  firstFailedAt: number
  lastFailedAt: number
  /** The first two different ones: whether the failures have more in common than the subject. */
  schedules: readonly string[]
  workers: readonly string[]
  open: { since: number; coolDownSeconds: number; retryAt: number } | null
}
export type Failure = {
  at: number
  schedule: string
  worker: string
  /** It was the one task that an open breaker let through. */
  probe: boolean
  /** There is another worker that could have failed, too. */
  others: boolean
}

const noted = (seen: readonly string[], one: string) => (seen.includes(one) ? seen : [...seen, one].slice(0, 2))

/**
 * One more failure of a subject. It opens when there are enough in a row, no success in between, and nothing else that
 * they have in common: not all of one schedule, and for an image or a task type not all on one worker of several.
 */
export function failed(kind: BreakerKind, row: FailureRow | null, failure: Failure): FailureRow {
  const { at } = failure
  const goes = row !== null && (row.open !== null || at - row.lastFailedAt <= ROW_SECONDS * 1000)
  const next: FailureRow = {
    failures: goes ? row.failures + 1 : 1,
    firstFailedAt: goes ? row.firstFailedAt : at,
    lastFailedAt: at,
    schedules: noted(goes ? row.schedules : [], failure.schedule),
    workers: noted(goes ? row.workers : [], failure.worker),
    open: goes ? row.open : null,
  }
  const cool = (since: number, coolDownSeconds: number) => ({
    ...next,
    open: { since, coolDownSeconds, retryAt: at + coolDownSeconds * 1000 },
  })
  if (next.open !== null) {
    if (!failure.probe) return next
    return cool(next.open.since, Math.min(next.open.coolDownSeconds * 2, LONGEST_COOL_DOWN_SECONDS))
  }
  const apart = next.schedules.length > 1 && (kind === 'worker' || !failure.others || next.workers.length > 1)
  return next.failures >= FAILURES_TO_OPEN[kind] && apart ? cool(at, COOL_DOWN_SECONDS) : next
}
