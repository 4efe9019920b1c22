import { CroftError } from '#lib/core/error'
import { TAB_STATUSES, type TaskQuery } from '#lib/core/pipeline'
import { likeText, look, walkOrder, WINDOW, type PipelineWhere } from '#lib/db/pipeline'
import type { ReadContext } from '../context'
import { countTasks } from '../tasks/list'

/** When more schedules than this have the text in their name, their tasks are looked for, not read. */
const FEW = 200
/** So many matching tasks are counted, and so many looks are made for them; beyond, there are at least so many. */
const COUNTED = 10_000
const LOOKS = 10

/** A query as the database knows it; null when nothing can fit. */
export async function whereOf(ctx: ReadContext, query: TaskQuery): Promise<PipelineWhere | null> {
  const statuses = TAB_STATUSES[query.tab].filter((status) => query.status?.includes(status) ?? true)
  if (statuses.length === 0) return null
  const where: PipelineWhere = {
    statuses,
    types: query.type,
    by: query.by,
    reasons: query.reason,
    stages: query.stage,
    platforms: query.platform,
    minPriority: query.minPriority,
    maxPriority: query.maxPriority,
    since: instant(query.since),
    until: instant(query.until),
  }
  if (query.worker !== undefined) {
    const rows = await ctx.db.worker.findMany({ where: { name: { in: query.worker } }, select: { id: true } })
    if (rows.length === 0) return null
    where.workerIds = rows.map(({ id }) => id)
  }
  const q = query.q?.trim() ?? ''
  if (q === '') return where
  const found = await ctx.db.$queryRaw<{ id: string }[]>`
    SELECT id FROM schedule WHERE name ILIKE ${`%${likeText(q)}%`} LIMIT ${FEW + 1}`
  // None: a schedule that is gone may have had the name.
  return found.length === 0 || found.length > FEW
    ? { ...where, name: q }
    : { ...where, scheduleIds: found.map(({ id }) => id) }
}

function instant(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw new CroftError('invalid', `${text} is no time`)
  return date
}

const isPlain = (query: TaskQuery) =>
  Object.entries(query).every(([name, value]) => name === 'tab' || value === undefined)

/** How many tasks fit; `exact` is false when there are at least so many. What nobody filtered is kept, not counted. */
export async function countQuery(ctx: ReadContext, query: TaskQuery): Promise<{ count: number; exact: boolean }> {
  if (isPlain(query)) {
    const counts = await countTasks(ctx)
    return { count: TAB_STATUSES[query.tab].reduce((sum, status) => sum + counts[status], 0), exact: true }
  }
  const where = await whereOf(ctx, query)
  if (where === null) return { count: 0, exact: true }
  let count = 0
  let cursor: string[] | null = null
  for (let looks = 0; looks < LOOKS && count < COUNTED; looks++) {
    const { rows, next } = await look(ctx.db, where, walkOrder(where), cursor, WINDOW)
    count += rows.length
    if (next === null) return { count, exact: true }
    cursor = next
  }
  return { count, exact: false }
}
