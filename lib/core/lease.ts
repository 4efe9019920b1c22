import type { Stage } from './task'
import type { WorkerKind } from './worker'

/** How long a lease lasts without a sign of life, in seconds, by the way in which its holder talks. */
export const LEASE_SECONDS = {
  /** Our agent renews every 3 s. */
  agent: 10,
  /** In-process tasks are renewed by the dispatcher. */
  inProcess: 10,
  /**
   * A Zimfarm worker has so long to begin, and to stop once that is wished; its polls do not prolong it, as in the
   * original (zimfarm.md §14.4).
   */
  zimfarm: 30 * 60,
  /**
   * While its program runs nothing times out in the original; here a day without any call of the worker is the end.
   * So it is a day after the program's end for what it has to upload.
   */
  zimfarmRunning: 24 * 60 * 60,
} as const
/** How often an agent renews, in seconds; also the longest time after which it sees a wish to cancel. */
export const RENEW_SECONDS = 3
/** How often the dispatcher looks for expired leases, in seconds. */
export const SWEEP_SECONDS = 2

/** How often a web process says that it is there, and after how long without a word it is taken to be gone, in seconds. */
export const WEB_BEAT_SECONDS = 2
export const WEB_GONE_SECONDS = 6

export const DEFAULT_MAX_ATTEMPTS = 3

/** The stages of a Zimfarm worker's task whose lease each call of the worker keeps, though it tell nothing of the task. */
export const POLLED_STAGES: readonly Stage[] = ['preparing', 'running', 'killing']
/** After so long without a word of a task in such a stage, while its worker calls, the worker has forgotten it (zimfarm.md §20.2). */
export const GONE_SECONDS = 60 * 60

/** The lease of a Zimfarm worker's task after it was told of, in seconds; null leaves it as it is: a wish to cancel sets its end. */
export function leaseAfterReport(task: { stage: Stage | null; cancelRequestedAt: Date | null }): number | null {
  if (task.cancelRequestedAt !== null) return null
  return task.stage === null || task.stage === 'canceling' ? LEASE_SECONDS.zimfarm : LEASE_SECONDS.zimfarmRunning
}

/**
 * What becomes of a task whose holder was lost on its `attempt`-th try. What a Zimfarm worker had only to upload ends
 * as its program did (zimfarm.md §14.4).
 */
export function afterLoss(task: {
  attempt: number
  maxAttempts: number
  cancelRequestedAt: unknown
  stage: string | null
  holder: WorkerKind
  exitCode: number | null
}) {
  if (task.cancelRequestedAt !== null || task.stage === 'canceling') return 'cancel' as const
  if (task.holder === 'zimfarm' && task.stage === 'uploading')
    return task.exitCode === 0 ? ('succeed' as const) : ('fail' as const)
  return task.attempt < task.maxAttempts ? ('requeue' as const) : ('fail' as const)
}
