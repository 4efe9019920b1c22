import type { Prisma } from '#lib/db/client'
import type { ReadContext } from '../context'
import { pageFrom, unpackKey, type Page } from '../page'
import { SCHEDULE, toSchedule, type ScheduleView } from './view'

export type ScheduleFilter = {
  q?: string
  category?: string[]
  language?: string[]
  tag?: string[]
  taskType?: string[]
  enabled?: boolean
}

export const scheduleWhere = (filter: ScheduleFilter): Prisma.ScheduleWhereInput => ({
  ...(filter.q !== undefined && filter.q !== '' && { name: { contains: filter.q, mode: 'insensitive' } }),
  ...(filter.category !== undefined && { category: { in: filter.category } }),
  ...(filter.language !== undefined && { languageCode: { in: filter.language } }),
  ...(filter.tag !== undefined && { tags: { hasEvery: filter.tag } }),
  ...(filter.taskType !== undefined && { taskTypeId: { in: filter.taskType } }),
  ...(filter.enabled !== undefined && { enabled: filter.enabled }),
})

/** Schedules by name; pages by key. */
export async function listSchedules(
  ctx: ReadContext,
  input: ScheduleFilter & { after?: string; limit: number },
): Promise<Page<ScheduleView>> {
  const after = input.after === undefined ? undefined : String(unpackKey(input.after, 1)[0])
  const rows = await ctx.db.schedule.findMany({
    where: { AND: [scheduleWhere(input), after === undefined ? {} : { name: { gt: after } }] },
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
