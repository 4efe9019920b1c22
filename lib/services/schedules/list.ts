import { Prisma } from '#lib/db/client'
import { demand, type ReadContext } from '../context'
import { keyDate, packKey, unpackKey, type Page } from '../page'
import { scheduleCondition, type ScheduleFilter } from './filter'
import { SCHEDULE, toSchedule, type ScheduleView } from './view'

export type { ScheduleFilter }

/** What schedules are sorted by: each has an index with the name behind it. */
const SORTS = {
  name: { by: Prisma.sql`s.name`, as: 'text' },
  taskType: { by: Prisma.sql`s.task_type_id`, as: 'text' },
  category: { by: Prisma.sql`s.category`, as: 'text' },
  language: { by: Prisma.sql`s.language_code`, as: 'text' },
  periodicity: { by: Prisma.sql`s.periodicity`, as: 'text' },
  updated: { by: Prisma.sql`s.updated_at`, as: 'date' },
  created: { by: Prisma.sql`s.created_at`, as: 'date' },
  lastSuccess: { by: Prisma.sql`coalesce(s.last_success_at, '1970-01-01 00:00:00+00'::timestamptz)`, as: 'date' },
} as const
export type ScheduleSort = keyof typeof SORTS | 'lastRun'
export type ScheduleOrder = { sort?: ScheduleSort; order?: 'asc' | 'desc' }

const forbidArchived = (ctx: ReadContext, filter: ScheduleFilter) => {
  if (filter.archived === true) demand(ctx, 'schedules.archive')
}

/**
 * Schedules in an order; pages by key. Those of which no task began are the last ones by `lastRun`, in both directions.
 * @throws CroftError forbidden when it asks for archived ones without `schedules.archive`
 */
export async function listSchedules(
  ctx: ReadContext,
  input: Input & { secrets?: boolean },
): Promise<Page<ScheduleView>> {
  forbidArchived(ctx, input)
  const found = await (input.sort === 'lastRun' ? byLastRun(ctx, input) : byColumn(ctx, input, input.sort ?? 'name'))
  const page = found.slice(0, input.limit)
  const views = await schedulesOf(
    ctx,
    page.map(({ id }) => id),
    { secrets: input.secrets },
  )
  const last = page.at(-1)
  return { items: views, next: found.length > input.limit && last !== undefined ? packKey(last.key) : null }
}

/** How many schedules a filter finds. @throws CroftError forbidden */
export async function countSchedules(ctx: ReadContext, filter: ScheduleFilter): Promise<number> {
  forbidArchived(ctx, filter)
  const [row] = await ctx.db.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM schedule s WHERE ${scheduleCondition(filter, ctx.now())}`
  return row?.n ?? 0
}

/** The ids that a filter finds, a page at a time by id: for work over all of them. @throws CroftError forbidden */
export async function scheduleIds(
  ctx: ReadContext,
  filter: ScheduleFilter,
  page: { after: string | null; limit: number },
): Promise<string[]> {
  forbidArchived(ctx, filter)
  const rows = await ctx.db.$queryRaw<{ id: string }[]>`
    SELECT s.id FROM schedule s
    WHERE ${scheduleCondition(filter, ctx.now())} AND (${page.after}::uuid IS NULL OR s.id > ${page.after}::uuid)
    ORDER BY s.id LIMIT ${page.limit}`
  return rows.map(({ id }) => id)
}

/** Views of schedules, in the order of the ids. */
async function schedulesOf(ctx: ReadContext, ids: string[], options: { secrets?: boolean }): Promise<ScheduleView[]> {
  const rows = await ctx.db.schedule.findMany({ where: { id: { in: ids } }, ...SCHEDULE })
  const byId = new Map(rows.map((row) => [row.id, row]))
  const types = await ctx.taskTypes.current()
  return ids.flatMap((id) => {
    const row = byId.get(id)
    return row === undefined ? [] : [toSchedule(ctx, types, row, options)]
  })
}

type Found = { id: string; key: unknown[] }
type Input = ScheduleFilter & ScheduleOrder & { after?: string; limit: number }
type Row = { id: string; name: string; value: string | Date | null }
const foundOf = ({ id, name, value }: Row): Found => ({
  id,
  key: [value instanceof Date ? value.toISOString() : (value ?? ''), name],
})

async function byColumn(ctx: ReadContext, input: Input, sort: Exclude<ScheduleSort, 'lastRun'>): Promise<Found[]> {
  const { by, as } = SORTS[sort]
  const [direction, beyond] = directionOf(input)
  let after = Prisma.sql`true`
  if (input.after !== undefined) {
    const [value, name] = unpackKey(input.after, 2)
    const from = as === 'date' ? Prisma.sql`${keyDate(value)}::timestamptz` : Prisma.sql`${String(value)}`
    after =
      sort === 'name'
        ? Prisma.sql`s.name ${beyond} ${String(name)}`
        : Prisma.sql`(${by}, s.name) ${beyond} (${from}, ${String(name)})`
  }
  const order = sort === 'name' ? Prisma.sql`s.name ${direction}` : Prisma.sql`${by} ${direction}, s.name ${direction}`
  const rows = await ctx.db.$queryRaw<Row[]>`
    SELECT s.id, s.name, ${by} AS value FROM schedule s
    WHERE ${scheduleCondition(input, ctx.now())} AND ${after}
    ORDER BY ${order} LIMIT ${input.limit + 1}`
  return rows.map(foundOf)
}

const directionOf = (input: ScheduleOrder) =>
  input.order === 'desc' ? ([Prisma.sql`DESC`, Prisma.sql`<`] as const) : ([Prisma.sql`ASC`, Prisma.sql`>`] as const)

/** By the index of the tasks, newest or oldest first; then, by name, those of which none ever began or that waits again. */
async function byLastRun(ctx: ReadContext, input: Input): Promise<Found[]> {
  const [direction, beyond] = directionOf(input)
  const key = input.after === undefined ? null : lastRunKey(input.after)
  const condition = scheduleCondition(input, ctx.now())
  const found: Found[] = []
  if (key === null || key.at !== null) {
    const after =
      key === null
        ? Prisma.sql`true`
        : Prisma.sql`(t.reserved_at, s.name) ${beyond} (${key.at}::timestamptz, ${key.name})`
    const bound = key === null ? Prisma.sql`true` : Prisma.sql`t.reserved_at ${beyond}= ${key.at}::timestamptz`
    const rows = await ctx.db.$queryRaw<Row[]>`
      SELECT s.id, s.name, t.reserved_at AS value FROM task t JOIN schedule s ON s.last_task_id = t.id
      WHERE t.reserved_at IS NOT NULL AND ${condition} AND ${bound} AND ${after}
      ORDER BY t.reserved_at ${direction}, s.name ${direction} LIMIT ${input.limit + 1}`
    found.push(...rows.map(foundOf))
  }
  const missing = input.limit + 1 - found.length
  if (missing <= 0) return found
  const rows = await ctx.db.$queryRaw<Row[]>`
    SELECT s.id, s.name, NULL AS value FROM schedule s LEFT JOIN task t ON t.id = s.last_task_id
    WHERE t.reserved_at IS NULL AND ${condition} AND s.name > ${key?.at === null ? key.name : ''}
    ORDER BY s.name LIMIT ${missing}`
  return [...found, ...rows.map(foundOf)]
}

/** The key's first part is empty once those that never ran have been reached. */
function lastRunKey(after: string): { at: Date | null; name: string } {
  const [at, name] = unpackKey(after, 2)
  return { at: at === '' ? null : keyDate(at), name: String(name) }
}
