import { periodOf } from '#lib/core/period'
import { PERIODICITIES } from '#lib/core/schedule'
import { Prisma } from '#lib/db/client'
import { demand, type ReadContext } from '../context'
import { pageFrom, unpackKey, type Page } from '../page'
import { SCHEDULE, toSchedule, type ScheduleView } from './view'

export type ScheduleFilter = {
  q?: string
  category?: string[]
  language?: string[]
  tag?: string[]
  taskType?: string[]
  enabled?: boolean
  /** Whether it fits today's definition. */
  valid?: boolean
  /** The archived ones instead of those in use. */
  archived?: boolean
  definitionVersion?: string
  /** Whose last success is longer ago than their period (isOverdue in lib/core/period.ts). */
  overdue?: boolean
}

const overdueAt = (now: Date): Prisma.ScheduleWhereInput => ({
  enabled: true,
  archivedAt: null,
  OR: PERIODICITIES.flatMap((periodicity) => {
    const period = periodOf(periodicity)
    if (period === null) return []
    const lt = new Date(now.getTime() - period)
    return [{ periodicity, OR: [{ lastSuccessAt: { not: null, lt } }, { lastSuccessAt: null, createdAt: { lt } }] }]
  }),
})

export const scheduleWhere = (filter: ScheduleFilter, now: Date): Prisma.ScheduleWhereInput => ({
  ...(filter.overdue === true && { AND: [overdueAt(now)] }),
  ...(filter.overdue === false && { NOT: overdueAt(now) }),
  ...(filter.q !== undefined && filter.q !== '' && { name: { contains: filter.q, mode: 'insensitive' } }),
  ...(filter.category !== undefined && { category: { in: filter.category } }),
  ...(filter.language !== undefined && { languageCode: { in: filter.language } }),
  ...(filter.tag !== undefined && { tags: { hasEvery: filter.tag } }),
  ...(filter.taskType !== undefined && { taskTypeId: { in: filter.taskType } }),
  ...(filter.enabled !== undefined && { enabled: filter.enabled }),
  ...(filter.definitionVersion !== undefined && { definitionVersion: filter.definitionVersion }),
  ...(filter.valid !== undefined && { invalid: filter.valid ? { equals: Prisma.DbNull } : { not: Prisma.DbNull } }),
  archivedAt: filter.archived === true ? { not: null } : null,
})

/** Schedules by name; pages by key. @throws CroftError forbidden when it asks for archived ones without `schedules.archive` */
export async function listSchedules(
  ctx: ReadContext,
  input: ScheduleFilter & { after?: string; limit: number },
): Promise<Page<ScheduleView>> {
  if (input.archived === true) demand(ctx, 'schedules.archive')
  const after = input.after === undefined ? undefined : String(unpackKey(input.after, 1)[0])
  const rows = await ctx.db.schedule.findMany({
    where: { AND: [scheduleWhere(input, ctx.now()), after === undefined ? {} : { name: { gt: after } }] },
    orderBy: { name: 'asc' },
    take: input.limit + 1,
    ...SCHEDULE,
  })
  const types = await ctx.taskTypes.current()
  return pageFrom(
    rows,
    input.limit,
    (row) => [row.name],
    (row) => toSchedule(ctx, types, row),
  )
}
