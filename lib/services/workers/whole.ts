import { may } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import type { Resources } from '#lib/core/resources'
import type { TaskSummary } from '#lib/core/task-view'
import { ONLINE_SECONDS, WORKER_KINDS } from '#lib/core/worker'
import type { Prisma } from '#lib/db/client'
import { sqlOf } from '#lib/db/sql'
import { outcomesOf } from '#lib/db/stats'
import type { ReadContext } from '../context'
import { SUMMARY, toSummary } from '../tasks/view'
import { toWorker, WORKER, type WorkerView, type WorkerWithTasks } from './view'

/** A worker with all that it told and was told (zimfarm.md §19.6). */
export type WholeWorker = WorkerView & {
  accountId: string
  /** Context → address; null for any, and for callers who may not see addresses. */
  addresses: Record<string, string | null>
  /** It calls from another address than one that was agreed. */
  addressChanged: boolean
  available: Resources
  image: { hash: string; created_at: string } | null
  disabledSince: Date | null
}

function toWhole(ctx: ReadContext, row: WorkerWithTasks): WholeWorker {
  const agreed = row.contexts as Record<string, string | null>
  const open = may(ctx.actor, 'workers.secrets')
  return {
    ...toWorker(row, ctx.now()),
    accountId: row.accountId,
    addresses: Object.fromEntries(Object.entries(agreed).map(([name, address]) => [name, open ? address : null])),
    addressChanged:
      row.lastIp !== null && Object.values(agreed).some((address) => address !== null && address !== row.lastIp),
    available: {
      cpu: row.availableCpu ?? 0,
      memory: Number(row.availableMemory ?? 0),
      disk: Number(row.availableDisk ?? 0),
    },
    image: row.image as WholeWorker['image'],
    disabledSince: row.disabledAt,
  }
}

const LIVING = {
  deletedAt: null,
  account: { deletedAt: null },
  kind: { not: 'in_process' },
} satisfies Prisma.WorkerWhereInput

/** Living workers by name, by offset, with their whole number. */
export async function searchWholeWorkers(
  ctx: ReadContext,
  page: { skip: number; limit: number; onlineOnly: boolean },
): Promise<{ items: WholeWorker[]; count: number }> {
  const now = ctx.now().getTime()
  const where: Prisma.WorkerWhereInput = {
    ...LIVING,
    ...(page.onlineOnly && {
      OR: WORKER_KINDS.map((kind) => ({ kind, lastSeenAt: { gt: new Date(now - ONLINE_SECONDS[kind] * 1000) } })),
    }),
  }
  const [rows, count] = await Promise.all([
    ctx.db.worker.findMany({ where, orderBy: { name: 'asc' }, skip: page.skip, take: page.limit, ...WORKER }),
    ctx.db.worker.count({ where }),
  ])
  return { items: rows.map((row) => toWhole(ctx, row)), count }
}

export type WorkerRecord = {
  running: TaskSummary[]
  tasks: { total: number; completed: number; succeeded: number; failed: number }
}

/** One living worker, with what it runs, and how much it has run by the kept figures. @throws CroftError not_found */
export async function wholeWorker(ctx: ReadContext, name: string): Promise<WholeWorker & { record: WorkerRecord }> {
  const row = await ctx.db.worker.findFirst({ where: { name, ...LIVING }, ...WORKER })
  if (row === null) throw new CroftError('not_found', `there is no worker ${name}`)
  const [running, kept] = await Promise.all([
    ctx.db.task.findMany({ where: { id: { in: row.tasks.map((task) => task.id) } }, ...SUMMARY }),
    outcomesOf(sqlOf(ctx.db), row.id),
  ])
  const { succeeded, failed, canceled } = kept
  const completed = succeeded + failed + canceled
  return {
    ...toWhole(ctx, row),
    record: {
      running: running.map(toSummary),
      tasks: {
        total: completed + running.length,
        completed,
        succeeded,
        failed,
      },
    },
  }
}
