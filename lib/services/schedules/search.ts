import { CroftError } from '#lib/core/error'
import { inTransaction, Prisma, type Tx } from '#lib/db/client'
import type { Context, ReadContext } from '../context'
import { SCHEDULE, toSchedule, type ScheduleView } from './view'

export type ScheduleSearch = {
  category?: string[]
  language?: string[]
  tag?: string[]
  taskType?: string[]
  pattern?: string
  /** Part of the name, whatever the case. */
  q?: string
  /** The archived ones instead of those in use; `any` for both. */
  archived?: boolean | 'any'
  valid?: boolean
  /** Shares a value with the schedule of this id, and is another one. */
  similarTo?: string
}

/** How long a regular expression may take: some take for ever. */
const PATTERN_MS = 2_000

/** Schedules by name, by offset, with their whole number; `pattern` is a regular expression that matches anywhere in the name. */
export async function searchSchedules(
  ctx: Context,
  search: ScheduleSearch,
  page: { skip: number; limit: number | null },
): Promise<{ items: ScheduleView[]; count: number }> {
  const conditions = [
    Prisma.sql`true`,
    ...(search.category === undefined ? [] : [Prisma.sql`category = ANY(${search.category})`]),
    ...(search.language === undefined ? [] : [Prisma.sql`language_code = ANY(${search.language})`]),
    ...(search.tag === undefined ? [] : [Prisma.sql`tags @> ${search.tag}`]),
    ...(search.taskType === undefined ? [] : [Prisma.sql`task_type_id = ANY(${search.taskType})`]),
    ...(search.q === undefined ? [] : [Prisma.sql`name ILIKE ${`%${search.q.replace(/[\\%_]/g, '\\$&')}%`}`]),
    ...(search.archived === 'any'
      ? []
      : [search.archived === true ? Prisma.sql`archived_at IS NOT NULL` : Prisma.sql`archived_at IS NULL`]),
    ...(search.valid === undefined
      ? []
      : [search.valid ? Prisma.sql`invalid IS NULL` : Prisma.sql`invalid IS NOT NULL`]),
    ...(search.similarTo === undefined
      ? []
      : [
          Prisma.sql`id <> ${search.similarTo}::uuid
            AND similarity && (SELECT s.similarity FROM schedule s WHERE s.id = ${search.similarTo}::uuid)`,
        ]),
    ...(search.pattern === undefined ? [] : [Prisma.sql`name ~* ${search.pattern}`]),
  ]
  const where = Prisma.join(conditions, ' AND ')
  const find = async (db: Tx) => {
    const [total] = await db.$queryRaw<{ count: bigint }[]>`SELECT count(*) FROM schedule WHERE ${where}`
    const ids = await db.$queryRaw<{ id: string }[]>`
      SELECT id FROM schedule WHERE ${where} ORDER BY name OFFSET ${page.skip} LIMIT ${page.limit}`
    return { count: Number(total?.count ?? 0), ids }
  }
  const findInTime = async (db: Tx) => {
    await db.$executeRaw`SELECT set_config('statement_timeout', ${String(PATTERN_MS)}, true)`
    return find(db)
  }
  try {
    const { count, ids } = search.pattern === undefined ? await find(ctx.db) : await inTransaction(ctx.db, findInTime)
    const rows = await ctx.db.schedule.findMany({
      where: { id: { in: ids.map((row) => row.id) } },
      orderBy: { name: 'asc' },
      ...SCHEDULE,
    })
    const types = await ctx.taskTypes.current()
    return { items: rows.map((row) => toSchedule(ctx, types, row)), count }
  } catch (error) {
    if (search.pattern === undefined) throw error
    if (String(error).includes('statement timeout'))
      throw new CroftError('invalid', 'the name takes too long to look for', { name: ['is too complex'] })
    if (!String(error).includes('regular expression')) throw error
    throw new CroftError('invalid', 'the name must be a regular expression', { name: ['is no regular expression'] })
  }
}

/** What the schedules use: languages by code, tags by alphabet. */
export async function languagesInUse(
  ctx: ReadContext,
): Promise<{ code: string; nameEn: string; nameNative: string }[]> {
  return ctx.db.$queryRaw`
    SELECT DISTINCT ON (language_code) language_code AS code, language_name_en AS "nameEn", language_native AS "nameNative"
    FROM schedule ORDER BY language_code, id`
}
export async function tagsInUse(ctx: ReadContext): Promise<string[]> {
  const rows = await ctx.db.$queryRaw<{ tag: string }[]>`SELECT DISTINCT unnest(tags) AS tag FROM schedule ORDER BY tag`
  return rows.map((row) => row.tag)
}

/** Contexts that schedules ask for or workers have, by alphabet (zimfarm.md §20.1). */
export async function contextsInUse(ctx: ReadContext): Promise<string[]> {
  const rows = await ctx.db.$queryRaw<{ context: string }[]>`
    SELECT context FROM schedule WHERE context <> ''
    UNION SELECT jsonb_object_keys(contexts) FROM worker WHERE deleted_at IS NULL ORDER BY 1`
  return rows.map((row) => row.context)
}
