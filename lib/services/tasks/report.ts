import { CroftError } from '#lib/core/error'
import { isFinal, type HistoryEntry, type Progress, type ReasonCode, type Stage } from '#lib/core/task'
import { json } from '#lib/db/client'
import { exitCodeOf } from '#lib/db/details'
import { later } from '#lib/db/sql'
import { update } from '#lib/db/write'
import { transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { holding, locked, move, mustHold, type TaskRow } from './move'
import { measureDuration } from './measure'

type Held = { taskId: string; fence: number }

/** The holder begins the work. Twice is once. */
export async function reportStart(ctx: Context, { taskId, fence }: Held): Promise<void> {
  await transaction(ctx, async (tx) => {
    const task = await holding(tx, taskId, fence)
    if (task.status === 'started') return
    await move(tx, task, 'start')
  })
}

/** Stage, progress and measured resources of a held task. */
export async function reportProgress(
  ctx: Context,
  input: Held & { stage?: Stage; progress?: Progress | null; stats?: Record<string, unknown> },
): Promise<void> {
  await transaction(ctx, async (tx) => {
    const task = await holding(tx, input.taskId, input.fence)
    if (input.stage !== undefined && input.stage !== task.stage) await enterStage(tx, task, input.stage)
    if (input.progress !== undefined) {
      await update(tx.db, 'task', { id: task.id }, { progress: json(input.progress) })
    }
    if (input.stats !== undefined) {
      const stats = json(input.stats)
      await update(tx.db, 'task_report', { taskId: task.id }, { stats, updatedAt: tx.now() })
    }
  })
}

/** Notes what a started task's holder is doing; the status stays. `at` is the holder's own time, where it tells one. */
export async function enterStage(tx: TxContext, task: TaskRow, stage: Stage, at: Date = tx.now()): Promise<void> {
  const entry: HistoryEntry = { code: stage, at: at.toISOString(), attempt: task.attempt }
  const history = [...(task.history as HistoryEntry[]), entry]
  await later(tx.db, update(tx.db, 'task', { id: task.id }, { stage, updatedAt: at, history }))
  await appendEvent(tx, { kind: 'task.stage', taskId: task.id, workerId: task.workerId, data: { stage } })
}

export type Outcome =
  | { outcome: 'succeeded'; exitCode: number | null; result?: unknown }
  | { outcome: 'failed'; reasonCode: ReasonCode; reasonText: string; exitCode: number | null }
  | { outcome: 'canceled'; reasonText: string }
  | { outcome: 'interrupted'; reasonText: string }

/**
 * The end of the work, by its holder. A report that was acknowledged but whose answer was lost may come again with
 * the same fence: it is accepted and changes nothing. Cancel wins: a success that comes after the wish to cancel is a cancellation.
 */
export async function reportOutcome(ctx: Context, input: Held & Outcome): Promise<void> {
  await transaction(ctx, async (tx) => {
    const task = await locked(tx, input.taskId)
    if (isFinal(task.status) && task.fence === input.fence) return
    mustHold(tx, task, input.fence)
    const exitCode = 'exitCode' in input ? input.exitCode : null
    if (exitCode !== null) {
      await update(tx.db, 'task_report', { taskId: task.id }, { exitCode, updatedAt: tx.now() })
    }
    await end(tx, task, input)
  })
}

/** Moves a held task to its end; `at` is the holder's own time, where it tells one. */
export async function end(tx: TxContext, task: TaskRow, input: Outcome, at?: Date): Promise<void> {
  if (input.outcome === 'interrupted' && task.cancelRequestedAt === null) {
    await move(tx, task, 'requeue', {
      set: { attempt: { decrement: 1 } },
      data: { why: 'interrupted', text: input.reasonText },
    })
    return
  }
  if (
    input.outcome === 'canceled' ||
    input.outcome === 'interrupted' ||
    (task.cancelRequestedAt !== null && input.outcome === 'succeeded')
  ) {
    await move(tx, task, 'cancel', { set: { canceledBy: task.canceledBy ?? 'the worker' }, at })
    return
  }
  if (input.outcome === 'failed') {
    await move(tx, task, task.cancelRequestedAt === null ? 'fail' : 'cancel', {
      set: task.cancelRequestedAt === null ? { reasonCode: input.reasonCode, reasonText: input.reasonText } : {},
      data: { reasonCode: input.reasonCode },
      at,
    })
    // The program had done its work; what came after it failed.
    if (input.exitCode === 0) await measureDuration(tx, task)
    return
  }
  if (task.status !== 'started') throw new CroftError('conflict', 'report the start before the success')
  await move(tx, task, 'succeed', { set: { result: json(input.result) }, at })
  if (((await exitCodeOf(tx.db, task.id)) ?? 0) === 0) await measureDuration(tx, task)
}
