import { CroftError } from '#lib/core/error'
import type { Occasion } from '#lib/core/schedule'
import {
  can,
  isActive,
  isFinal,
  MOVES,
  REASON_CODES,
  refusal,
  type HistoryEntry,
  type ReasonCode,
  type TaskMove,
} from '#lib/core/task'
import { count, lockTask, release, type LockedTask } from '#lib/db/claim'
import type { Prisma } from '#lib/db/client'
import { shapeId } from '#lib/db/queue'
import { later } from '#lib/db/sql'
import { ownerOf } from '#lib/db/worker'
import { update } from '#lib/db/write'
import type { ReadContext, TxContext } from '../context'
import { appendEvent } from '../events/append'
import { noteFailure, noteSuccess } from '../breakers/note'
import { writeNotices } from '../notices/write'

export type TaskRow = Prisma.TaskGetPayload<object>

/** The row of a task, locked until the transaction ends. */
export async function locked(tx: TxContext, taskId: string): Promise<LockedTask> {
  const row = await lockTask(tx.db, taskId)
  if (row === null) throw new CroftError('not_found', `there is no task ${taskId}`)
  return row
}

const OCCASION: Partial<Record<TaskMove, Occasion>> = {
  start: 'started',
  succeed: 'ended',
  fail: 'ended',
  cancel: 'ended',
}

const reasonCodeOf = (value: unknown): ReasonCode => REASON_CODES.find((code) => code === value) ?? 'unknown'

/**
 * Moves a locked task along the table of moves: the only code besides the claim that writes a task's status.
 * In the same transaction it gives back what the task held, keeps the counts and the breakers, appends the event and writes the notices
 * (none when `quiet`). `at` is when it happened, where the holder tells it.
 */
export async function move(
  tx: TxContext,
  task: TaskRow,
  by: TaskMove,
  change: {
    set?: Prisma.TaskUncheckedUpdateManyInput
    data?: Record<string, unknown>
    at?: Date
    quiet?: boolean
  } = {},
): Promise<void> {
  if (!can(task.status, by)) throw refusal(task.status, by)
  const { to } = MOVES[by]
  const at = change.at ?? tx.now()
  const leavesHolder = isActive(task.status) && !isActive(to)
  const entry: HistoryEntry = { code: to, at: at.toISOString(), attempt: task.attempt }
  const moved = await update(
    tx.db,
    'task',
    { id: task.id, status: MOVES[by].from, fence: task.fence },
    {
      status: to,
      updatedAt: at,
      history: [...(task.history as HistoryEntry[]), entry],
      ...(by === 'start' && { startedAt: at }),
      ...(leavesHolder && { leaseExpiresAt: null, leaseSeconds: null, stage: null }),
      ...(isFinal(to) && { endedAt: at }),
      ...(by === 'requeue' && { workerId: null, reservedAt: null, startedAt: null }),
      ...(to === 'requested' && { shapeId: await shapeId(tx.db, task) }),
      ...change.set,
    },
  )
  if (moved === 0) throw refusal(task.status, by)
  if (leavesHolder && task.workerId !== null) await later(tx.db, release(tx.db, task.workerId, task))
  const counts = [
    { taskId: task.id, status: task.status, by: -1 },
    { taskId: task.id, status: to, by: 1 },
  ]
  await later(tx.db, count(tx.db, counts))
  await appendEvent(tx, {
    kind: `task.${to}`,
    taskId: task.id,
    scheduleId: task.scheduleId,
    workerId: task.workerId,
    data: { move: by, from: task.status, attempt: task.attempt, ...change.data },
    wake: { limited: leavesHolder && (task.platform !== null || task.hosts.length > 0) },
  })
  if (by === 'succeed') await noteSuccess(tx, task)
  if (by === 'fail') await noteFailure(tx, task, reasonCodeOf(change.set?.reasonCode))
  if (isFinal(to) && leavesHolder && task.scheduleId !== null) {
    const outcome = by === 'succeed' ? { lastSuccessAt: at, failedInRow: 0 } : { failedInRow: { increment: 1 } }
    await later(tx.db, update(tx.db, 'schedule', { id: task.scheduleId }, outcome))
  }
  const occasion = OCCASION[by]
  if (occasion !== undefined && change.quiet !== true) await writeNotices(tx, task, occasion)
}

/**
 * The locked task, if the caller holds its lease: the account owns the worker, the fence is the latest, the lease lives.
 * A report from a lost lease is refused and changes nothing.
 */
export async function holding(tx: TxContext, taskId: string, fence: number): Promise<LockedTask> {
  const task = await locked(tx, taskId)
  mustHold(tx, task, fence)
  return task
}

/** Refuses whoever does not hold the lease of a locked task. */
export function mustHold(tx: TxContext, task: LockedTask, fence: number): void {
  if (!isActive(task.status) || task.fence !== fence || task.workerId === null) {
    throw new CroftError('lease_lost', `the lease ${fence} on this task is over: stop its work and report nothing more`)
  }
  mustOwn(tx, task.workerAccountId)
  if (task.leaseExpiresAt === null || task.leaseExpiresAt <= tx.now()) {
    throw new CroftError(
      'lease_lost',
      `the lease ${fence} on this task has run out: stop its work and report nothing more`,
    )
  }
}

/** Refuses whoever does not own the worker. */
export async function ownWorker(tx: ReadContext, workerId: string): Promise<void> {
  if (tx.actor.kind !== 'system') mustOwn(tx, await ownerOf(tx.db, workerId))
}
/** Refuses whoever is not the account of a worker. */
export function mustOwn(tx: ReadContext, accountId: string | null): void {
  if (tx.actor.kind === 'system' || (tx.actor.kind === 'account' && tx.actor.accountId === accountId)) return
  throw new CroftError('forbidden', 'this worker belongs to another account: use the credential that registered it')
}
