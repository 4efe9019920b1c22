/** How a worker talks: our agent, a Zimfarm worker, or the dispatcher for in-process tasks. */
export const WORKER_KINDS = ['agent', 'zimfarm', 'in_process'] as const
export type WorkerKind = (typeof WORKER_KINDS)[number]

/** A worker counts as online when it was seen within this many seconds. Zimfarm's own figure is 20 minutes (zimfarm.md §7.6). */
export const ONLINE_SECONDS: Record<WorkerKind, number> = { agent: 45, zimfarm: 20 * 60, in_process: 45 }

export const isOnline = (worker: { kind: WorkerKind; lastSeenAt: Date | null }, now: Date) =>
  worker.lastSeenAt !== null && now.getTime() - worker.lastSeenAt.getTime() < ONLINE_SECONDS[worker.kind] * 1000

/**
 * - working: runs something and may take more; idle: runs nothing, and would.
 * - quiet: takes nothing, by its quiet hours; held: somebody lets it take nothing.
 * - offline: it has not called for too long.
 */
export const WORKER_STANDINGS = ['working', 'idle', 'quiet', 'held', 'offline'] as const
export type WorkerStanding = (typeof WORKER_STANDINGS)[number]
export const WORKER_SORTS = ['name', 'seen', 'running', 'success', 'load'] as const
export type WorkerSort = (typeof WORKER_SORTS)[number]

/** A worker's outcomes count for so many days in its success rate. */
export const RECORD_DAYS = 30
