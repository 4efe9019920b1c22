/** How a worker talks: our agent, a Zimfarm worker, or the dispatcher for in-process tasks. */
export const WORKER_KINDS = ['agent', 'zimfarm', 'in_process'] as const
export type WorkerKind = (typeof WORKER_KINDS)[number]

/** A worker counts as online when it was seen within this many seconds. Zimfarm's own figure is 20 minutes (zimfarm.md §7.6). */
export const ONLINE_SECONDS: Record<WorkerKind, number> = { agent: 45, zimfarm: 20 * 60, in_process: 45 }

export const isOnline = (worker: { kind: WorkerKind; lastSeenAt: Date | null }, now: Date) =>
  worker.lastSeenAt !== null && now.getTime() - worker.lastSeenAt.getTime() < ONLINE_SECONDS[worker.kind] * 1000
