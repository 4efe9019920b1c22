/** How long a lease lasts without a sign of life, in seconds, by the way in which its holder talks. */
export const LEASE_SECONDS = {
  /** Our agent renews every 3 s. */
  agent: 10,
  /** In-process tasks are renewed by the dispatcher. */
  inProcess: 10,
  /** A Zimfarm worker gives no sign for up to its poll interval; the original waits 30 minutes (zimfarm.md §14.4). */
  zimfarm: 30 * 60,
  /** While a Zimfarm scraper runs nothing times out in the original; one day without any poll or ping is the end here. */
  zimfarmRunning: 24 * 60 * 60,
} as const
/** How often an agent renews, in seconds; also the longest time after which it sees a wish to cancel. */
export const RENEW_SECONDS = 3
/** How often the dispatcher looks for expired leases, in seconds. */
export const SWEEP_SECONDS = 2

export const DEFAULT_MAX_ATTEMPTS = 3

/** What becomes of a task whose holder was lost on its `attempt`-th try. */
export function afterLoss(task: { attempt: number; maxAttempts: number; cancelRequestedAt: unknown }) {
  if (task.cancelRequestedAt !== null) return 'cancel' as const
  return task.attempt < task.maxAttempts ? ('requeue' as const) : ('fail' as const)
}
