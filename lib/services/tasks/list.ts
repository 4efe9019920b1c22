import { UUID } from '#lib/core/id'
import { TASK_STATUSES, type TaskStatus } from '#lib/core/task'
import type { TaskSummary } from '#lib/core/task-view'
import type { Prisma } from '#lib/db/client'
import { queueIds } from '#lib/db/waiting'
import type { ReadContext } from '../context'
import { keyDate, pageFrom, unpackKey, type Page } from '../page'
import { SUMMARY, toSummary } from './view'

export type TaskFilter = { status?: TaskStatus[]; schedule?: string; worker?: string }

const whereOf = (filter: TaskFilter): Prisma.TaskWhereInput => ({
  ...(filter.status !== undefined && { status: { in: filter.status } }),
  ...(filter.schedule !== undefined && {
    OR: [
      { schedule: { name: filter.schedule } },
      ...(UUID.test(filter.schedule) ? [{ scheduleId: filter.schedule }] : []),
    ],
  }),
  ...(filter.worker !== undefined && { worker: { name: filter.worker } }),
})

/** Tasks by newest change, or in the order of the queue; pages by key. */
export async function listTasks(
  ctx: ReadContext,
  input: TaskFilter & { sort: 'updated' | 'queue'; after?: string; limit: number },
): Promise<Page<TaskSummary>> {
  if (input.sort === 'queue') {
    const key = input.after === undefined ? null : unpackKey(input.after, 3)
    const after = key === null ? null : { priority: Number(key[0]), at: keyDate(key[1]), id: String(key[2]) }
    const { schedule, status, worker } = input
    // What waits is on no worker.
    const none = worker !== undefined || status?.includes('requested') === false
    const schedules = schedule === undefined ? undefined : [schedule]
    const ids = none ? [] : await queueIds(ctx.db, after, { schedules }, input.limit + 1)
    const rows = inOrder(ids, await ctx.db.task.findMany({ where: { id: { in: ids } }, ...SUMMARY }))
    return pageFrom(rows, input.limit, (row) => [row.priority, row.updatedAt.toISOString(), row.id], toSummary)
  }
  const filter = whereOf(input)
  const key = input.after === undefined ? null : unpackKey(input.after, 2)
  const [at, id] = key === null ? [] : [keyDate(key[0]), String(key[1])]
  const rows = await ctx.db.task.findMany({
    where: {
      AND: [filter, key === null ? {} : { OR: [{ updatedAt: { lt: at } }, { updatedAt: at, id: { gt: id } }] }],
    },
    orderBy: [{ updatedAt: 'desc' }, { id: 'asc' }],
    take: input.limit + 1,
    ...SUMMARY,
  })
  return pageFrom(rows, input.limit, (row) => [row.updatedAt.toISOString(), row.id], toSummary)
}

/** Rows in the order of these ids; those that are gone are left out. */
export function inOrder<Row extends { id: string }>(ids: readonly string[], rows: readonly Row[]): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** How many tasks have each status: kept, not counted. */
export async function countTasks(ctx: ReadContext): Promise<Record<TaskStatus, number>> {
  const rows = await ctx.db.taskCount.groupBy({ by: ['status'], _sum: { n: true } })
  const byStatus = new Map(rows.map((row) => [row.status, Number(row._sum.n ?? 0)]))
  return Object.fromEntries(TASK_STATUSES.map((status) => [status, byStatus.get(status) ?? 0])) as Record<
    TaskStatus,
    number
  >
}
