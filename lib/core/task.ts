import { CroftError } from './error'

/**
 * - requested: waits in the queue; a take reserves it, or a person cancels it.
 * - reserved: a worker holds its lease and prepares; the worker starts it, or the lease's expiry gives it back.
 * - started: the worker runs it; the worker ends it, or the lease's expiry gives it back.
 * - succeeded, failed, canceled: final; nobody moves it on.
 */
export const TASK_STATUSES = ['requested', 'reserved', 'started', 'succeeded', 'failed', 'canceled'] as const
export type TaskStatus = (typeof TASK_STATUSES)[number]

export const MOVES = {
  reserve: { from: ['requested'], to: 'reserved' },
  start: { from: ['reserved'], to: 'started' },
  succeed: { from: ['started'], to: 'succeeded' },
  fail: { from: ['reserved', 'started'], to: 'failed' },
  requeue: { from: ['reserved', 'started'], to: 'requested' },
  cancel: { from: ['requested', 'reserved', 'started'], to: 'canceled' },
} as const satisfies Record<string, { from: readonly TaskStatus[]; to: TaskStatus }>
export type TaskMove = keyof typeof MOVES
export const TASK_MOVES = Object.keys(MOVES) as TaskMove[]

const leaves = new Set<TaskStatus>(Object.values(MOVES).flatMap((move) => move.from))
/** Statuses that no move leaves. */
export const FINAL: readonly TaskStatus[] = TASK_STATUSES.filter((status) => !leaves.has(status))
/** Statuses in which a worker holds the task and its resources. */
export const ACTIVE: readonly TaskStatus[] = MOVES.requeue.from

export const isFinal = (status: TaskStatus) => FINAL.includes(status)
export const isActive = (status: TaskStatus) => ACTIVE.includes(status)
export const can = (status: TaskStatus, move: TaskMove) => (MOVES[move].from as readonly TaskStatus[]).includes(status)
/** The moves that are allowed from a status. */
export const movesFrom = (status: TaskStatus) => TASK_MOVES.filter((move) => can(status, move))

/** The refusal of a move, worded once for every door. */
export function refusal(status: TaskStatus, move: TaskMove): CroftError {
  const allowed = movesFrom(status)
  return new CroftError(
    'conflict',
    `the task is ${status}: ${move} is not possible` +
      (allowed.length > 0 ? `; possible now: ${allowed.join(', ')}` : `, because ${status} is final`),
  )
}

/**
 * What the holder of a started task is doing. Kept apart from the status, because it moves no rule:
 * preparing (images, sources), running (the program), uploading (the program has ended), killing (its end was forced),
 * canceling (it is being stopped because somebody asked).
 */
export const STAGES = ['preparing', 'running', 'uploading', 'killing', 'canceling'] as const
export type Stage = (typeof STAGES)[number]

/** An entry of a task's history: a move's result, a stage, or the wish to cancel. */
export const HISTORY_CODES = [...TASK_STATUSES, ...STAGES, 'cancel_requested'] as const
export type HistoryCode = (typeof HISTORY_CODES)[number]
export type HistoryEntry = { code: HistoryCode; at: string; attempt?: number }

/** Why a task failed. */
export const REASON_CODES = [
  'exit_code',
  'timeout',
  'stalled',
  'oom',
  'disk_full',
  'image_missing',
  'network',
  'bad_input',
  'tool_missing',
  'check_failed',
  'upload_failed',
  'worker_lost',
  'agent_error',
  'unknown',
] as const
export type ReasonCode = (typeof REASON_CODES)[number]

/** What each reason means, for people. */
export const REASON_TEXT: Record<ReasonCode, string> = {
  exit_code: 'the program ended with an error',
  timeout: 'the time limit was reached',
  stalled: 'the program showed no sign of life for too long',
  oom: 'the program needed more memory than it was given',
  disk_full: 'the program needed more disk than it was given',
  image_missing: 'the image could not be found',
  network: 'something on the network could not be reached',
  bad_input: "the task's parameters or source cannot be used",
  tool_missing: 'the worker lacks a program that the task needs',
  check_failed: 'the file that was made did not pass its check',
  upload_failed: 'a file could not be uploaded',
  worker_lost: 'the worker stopped answering, and no attempt is left',
  agent_error: 'the agent failed',
  unknown: 'no reason was given',
}

/** Progress as the holder tells it. `overall` is a whole percentage, 0 to 100. */
export type Progress = { done: number; total: number; overall: number; partialZim?: boolean; message?: string }
