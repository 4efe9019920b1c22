import type { TaskDetails, TaskSummary } from '#lib/core/task-view'
import type { TaskStatus } from '#lib/core/task'
import type { Prisma } from '#lib/db/client'
import { countWaiting, waitingIds } from '#lib/db/waiting'
import type { ReadContext } from '../context'
import { countTasks, inOrder } from './list'
import { DETAILS, SUMMARY, toDetails, toSummary } from './view'

type Offset = { skip: number; limit: number }

export type WaitingSearch = {
  schedules?: string[]
  minPriority?: number
  /** Asked for this worker, or for none. */
  workerId?: string | null
  cpu?: number
  memory?: number
  disk?: number
  taskTypes?: string[]
  /** Only what is asked for on the worker. */
  pinnedOnly?: boolean
  newestFirst?: boolean
}

/** Waiting tasks in Zimfarm's order, by offset (zimfarm.md §6.1). */
export async function searchWaiting(
  ctx: ReadContext,
  search: WaitingSearch,
  page: Offset,
): Promise<{ items: TaskDetails[]; count: number }> {
  const { workerId, pinnedOnly = false, newestFirst = false, ...rest } = search
  const filter = { ...rest, ...(workerId !== undefined && { pinnedTo: { workerId, orFree: !pinnedOnly } }) }
  const all = Object.values(filter).every((value) => value === undefined)
  const [ids, count] = await Promise.all([
    waitingIds(ctx.db, filter, { ...page, newestFirst }),
    all ? countTasks(ctx).then((counts) => counts.requested) : countWaiting(ctx.db, filter),
  ])
  const rows = await ctx.db.task.findMany({ where: { id: { in: ids } }, ...DETAILS })
  const types = await ctx.taskTypes.current()
  return { items: inOrder(ids, rows).map((row) => toDetails(types, row)), count }
}

/** How Zimfarm's statuses are found: by status, stage and the wish to cancel. */
export type Standing = { status: TaskStatus; stage?: string | null; cancelRequested?: boolean }
const toWhere = ({ status, stage, cancelRequested }: Standing): Prisma.TaskWhereInput => ({
  status,
  ...(stage !== undefined && { stage }),
  ...(cancelRequested !== undefined && { cancelRequestedAt: cancelRequested ? { not: null } : null }),
})

/**
 * Tasks that somebody has taken, by offset: newest change first, or (`taken`) those that were taken last first
 * (zimfarm.md §7.1, §19.5).
 */
export async function searchTaken(
  ctx: ReadContext,
  search: {
    standings?: Standing[]
    schedule?: string
    scheduleId?: string
    taskType?: string
    sort?: 'updated' | 'taken'
  },
  page: Offset,
): Promise<{ items: TaskSummary[]; count: number }> {
  const where = {
    AND: [
      { status: { not: 'requested' } },
      search.schedule === undefined ? {} : { schedule: { name: search.schedule } },
      search.scheduleId === undefined ? {} : { scheduleId: search.scheduleId },
      search.taskType === undefined ? {} : { taskTypeId: search.taskType },
      search.sort === 'taken' ? { reservedAt: { not: null } } : {},
      search.standings === undefined ? {} : { OR: search.standings.map(toWhere) },
    ],
  } satisfies Prisma.TaskWhereInput
  const unfiltered = where.AND.every((part) => Object.keys(part).length === 0 || 'status' in part)
  const [rows, count] = await Promise.all([
    ctx.db.task.findMany({
      where,
      orderBy: [search.sort === 'taken' ? { reservedAt: 'desc' } : { updatedAt: 'desc' }, { id: 'asc' }],
      skip: page.skip,
      take: page.limit,
      ...SUMMARY,
    }),
    unfiltered
      ? countTasks(ctx).then((counts) =>
          Object.entries(counts).reduce((sum, [status, n]) => (status === 'requested' ? sum : sum + n), 0),
        )
      : ctx.db.task.count({ where }),
  ])
  return { items: rows.map(toSummary), count }
}

/** Since when the task that has stood there longest is in one of the standings; null when there is none. */
export async function oldestSince(ctx: ReadContext, standings: Standing[]): Promise<Date | null> {
  const row = await ctx.db.task.findFirst({
    where: { OR: standings.map(toWhere) },
    orderBy: { updatedAt: 'asc' },
    select: { updatedAt: true },
  })
  return row?.updatedAt ?? null
}
