import { randomUUID } from 'node:crypto'
import { may } from '#lib/core/access'
import {
  BULK_PERMISSION,
  isIds,
  isScheduleAction,
  SCHEDULE_PERMISSION,
  type BulkAction,
  type BulkOptions,
  type BulkSelection,
} from '#lib/core/bulk'
import { CroftError } from '#lib/core/error'
import { lockTask, type LockedTask } from '#lib/db/claim'
import { json } from '#lib/db/client'
import { look, walkOrder } from '#lib/db/pipeline'
import { accountActor } from '../accounts/session'
import { transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { whereOf } from '../pipeline/find'
import { cancelLocked, prioritizeLocked } from '../tasks/cancel'
import { requestOne } from '../tasks/request'
import { retryLocked } from '../tasks/retry'
import { actOnSchedule, nextSchedules } from './schedules'
import type { BulkRow } from './view'

/** While a dispatcher gives signs of life nobody else goes on with its job. */
const LEASE_SECONDS = 60
const BATCH = 100

/** Bulk jobs that no dispatcher does now: what the sweep puts into the queue again. */
export async function openBulk(ctx: Context, limit: number): Promise<string[]> {
  const rows = await ctx.db.bulkJob.findMany({
    where: {
      state: { in: ['waiting', 'running'] },
      OR: [{ leaseExpiresAt: null }, { leaseExpiresAt: { lte: ctx.now() } }],
    },
    orderBy: { createdAt: 'asc' },
    take: limit,
    select: { id: true },
  })
  return rows.map(({ id }) => id)
}

type Held = { id: string; holder: string }
class Lost extends Error {}

/**
 * Does a bulk job, one task after another, each in a transaction of its own together with its result: it may be cut off
 * anywhere, and whoever goes on does no task twice. It acts as the account that asked, with what that may do now.
 */
export async function runBulk(ctx: Context, bulkId: string, stopping: AbortSignal): Promise<void> {
  const row = await claim(ctx, bulkId)
  if (row === null) return
  const held = { id: row.id, holder: row.holder ?? '' }
  try {
    const acting = await actingAs(ctx, row)
    for (;;) {
      if (stopping.aborted) return await letGo(ctx, held)
      const batch = await nextBatch(ctx, row)
      for (const taskId of batch.ids) {
        if (stopping.aborted) return await letGo(ctx, held)
        await doOne(acting, row, held, taskId)
      }
      row.cursor = batch.cursor
      await keepPlace(ctx, held, batch.cursor)
      if (batch.over) break
    }
    await finish(ctx, held, 'done', null)
  } catch (error) {
    if (error instanceof Lost) return
    if (error instanceof CroftError) return await finish(ctx, held, 'stopped', error.message)
    await letGo(ctx, held)
    throw error
  }
}

async function claim(ctx: Context, id: string): Promise<BulkRow | null> {
  const now = ctx.now()
  const [row] = await ctx.db.bulkJob.updateManyAndReturn({
    where: {
      id,
      state: { in: ['waiting', 'running'] },
      OR: [{ leaseExpiresAt: null }, { leaseExpiresAt: { lte: now } }],
    },
    data: { state: 'running', holder: randomUUID(), leaseExpiresAt: leaseFrom(now) },
  })
  if (row === undefined) return null
  await ctx.db.bulkJob.updateMany({ where: { id, startedAt: null }, data: { startedAt: now } })
  return row
}
const leaseFrom = (now: Date) => new Date(now.getTime() + LEASE_SECONDS * 1000)
const stillHeld = ({ id, holder }: Held) => ({ id, holder, state: 'running' })

/** For the next dispatcher to go on at once. */
async function letGo(ctx: Context, held: Held): Promise<void> {
  await ctx.db.bulkJob.updateMany({ where: stillHeld(held), data: { holder: null, leaseExpiresAt: null } })
}

async function actingAs(ctx: Context, row: BulkRow): Promise<Context> {
  const account = await ctx.db.account.findFirst({ where: { id: row.accountId, deletedAt: null } })
  const actor = account === null ? null : accountActor(account, null)
  const permission = isScheduleAction(row.action)
    ? SCHEDULE_PERMISSION[row.action]
    : BULK_PERMISSION[row.action as BulkAction]
  if (actor === null || !may(actor, permission))
    throw new CroftError('forbidden', `${row.author} does not have the permission ${permission} any more`)
  return { ...ctx, actor }
}

export type Batch = { ids: string[]; cursor: Place; over: boolean }
/** Of single tasks, how many were done; of a filter, the last key. */
export type Place = { from: number } | { key: string[] | null }

async function nextBatch(ctx: Context, row: BulkRow): Promise<Batch> {
  if (isScheduleAction(row.action)) {
    const { ids, ...batch } = await nextSchedules(ctx, row, row.cursor as Place | null, BATCH)
    return { ...batch, ids: await without(ctx, row, ids) }
  }
  const selection = row.selection as BulkSelection
  const place = row.cursor as Place | null
  if (isIds(selection)) {
    const from = place !== null && 'from' in place ? place.from : 0
    const ids = selection.ids.slice(from, from + BATCH)
    return {
      ids: await without(ctx, row, ids),
      cursor: { from: from + ids.length },
      over: from + BATCH >= selection.ids.length,
    }
  }
  const where = await whereOf(ctx, selection.query)
  if (where === null) return { ids: [], cursor: { key: null }, over: true }
  // What came later was not meant.
  const until = where.until === undefined || where.until > row.createdAt ? row.createdAt : where.until
  const meant = { ...where, until }
  const key = place !== null && 'key' in place ? place.key : null
  const { rows, next } = await look(ctx.db, meant, walkOrder(meant), key, BATCH)
  return {
    ids: await without(
      ctx,
      row,
      rows.map(({ id }) => id),
    ),
    cursor: { key: next ?? key },
    over: next === null,
  }
}
/** Those that have no result yet. */
async function without(ctx: Context, row: BulkRow, ids: string[]): Promise<string[]> {
  const known = await ctx.db.bulkResult.findMany({
    where: { bulkId: row.id, taskId: { in: ids } },
    select: { taskId: true },
  })
  const over = new Set(known.map(({ taskId }) => taskId))
  return ids.filter((id) => !over.has(id))
}

async function doOne(ctx: Context, row: BulkRow, held: Held, taskId: string): Promise<void> {
  if (isScheduleAction(row.action)) return doOneSchedule(ctx, row, held, taskId)
  try {
    await transaction(ctx, async (tx) => {
      const task = await lockTask(tx.db, taskId)
      if (task === null) throw new CroftError('not_found', 'the task is gone')
      const madeTaskId = await act(tx, row, task)
      await note(tx, held, { taskId, name: task.scheduleName, madeTaskId })
    })
  } catch (error) {
    if (!(error instanceof CroftError)) throw error
    const { code, message: why } = error
    await transaction(ctx, async (tx) => {
      const task = await tx.db.task.findUnique({ where: { id: taskId }, select: { scheduleName: true } })
      await note(tx, held, { taskId, name: task?.scheduleName ?? taskId, code, why })
    })
  }
}

async function doOneSchedule(ctx: Context, row: BulkRow, held: Held, id: string): Promise<void> {
  try {
    await transaction(ctx, async (tx) => note(tx, held, { taskId: id, ...(await actOnSchedule(tx, row, id)) }))
  } catch (error) {
    if (!(error instanceof CroftError)) throw error
    const { code, message: why } = error
    await transaction(ctx, async (tx) => {
      const schedule = await tx.db.schedule.findUnique({ where: { id }, select: { name: true } })
      await note(tx, held, { taskId: id, name: schedule?.name ?? id, code, why })
    })
  }
}

async function act(tx: TxContext, row: BulkRow, task: LockedTask): Promise<string | null> {
  const { priority, worker } = row.options as BulkOptions
  switch (row.action as BulkAction) {
    case 'cancel':
      await cancelLocked(tx, task)
      return null
    case 'prioritize':
      await prioritizeLocked(tx, task, priority ?? task.priority)
      return null
    case 'retry':
      return retryLocked(tx, task)
    case 'request': {
      const schedule =
        task.scheduleId === null
          ? null
          : await tx.db.schedule.findUnique({ where: { id: task.scheduleId }, select: { name: true } })
      if (schedule === null) throw new CroftError('not_found', 'its schedule is gone')
      const outcome = await requestOne(tx, schedule.name, priority ?? 0, worker ?? null)
      if ('id' in outcome) return outcome.id
      throw new CroftError('conflict', outcome.why)
    }
  }
}

type Note = { taskId: string; name: string; madeTaskId?: string | null; code?: string; why?: string }
/** Writes a result and counts it, if the job is still this dispatcher's and nobody has stopped it. */
async function note(tx: TxContext, held: Held, result: Note): Promise<void> {
  const done = result.code === undefined
  const [counted] = await tx.db.bulkJob.updateManyAndReturn({
    where: stillHeld(held),
    data: { [done ? 'done' : 'failed']: { increment: 1 }, leaseExpiresAt: leaseFrom(tx.now()) },
    select: { done: true, failed: true },
  })
  if (counted === undefined) throw new Lost()
  await tx.db.bulkResult.create({
    data: { bulkId: held.id, n: counted.done + counted.failed, done, ...result },
    select: { n: true },
  })
}

async function keepPlace(ctx: Context, held: Held, cursor: Place): Promise<void> {
  const { count } = await ctx.db.bulkJob.updateMany({
    where: stillHeld(held),
    data: { cursor: json(cursor) as object, leaseExpiresAt: leaseFrom(ctx.now()) },
  })
  if (count === 0) throw new Lost()
}

async function finish(ctx: Context, held: Held, state: 'done' | 'stopped', error: string | null): Promise<void> {
  await transaction(ctx, async (tx) => {
    const [row] = await tx.db.bulkJob.updateManyAndReturn({
      where: stillHeld(held),
      data: { state, error, endedAt: tx.now(), holder: null, leaseExpiresAt: null },
    })
    if (row === undefined) return
    const { id: bulk, done, failed } = row
    await appendEvent(tx, { kind: `bulk.${state}`, data: { bulk, done, failed } })
  })
}

/** Forgets bulk jobs that ended a month ago, with their results. */
export async function cleanUpBulk(ctx: Context): Promise<{ removed: number }> {
  const before = new Date(ctx.now().getTime() - 30 * 86_400_000)
  const old = await ctx.db.bulkJob.findMany({ where: { endedAt: { lt: before } }, take: 100, select: { id: true } })
  const { count } = await ctx.db.bulkJob.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } })
  return { removed: count }
}
