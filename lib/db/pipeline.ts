import { firstDirection, type Direction, type Sort } from '#lib/core/pipeline'
import { ACTIVE, type TaskStatus } from '#lib/core/task'
import { Prisma, type Db, type Tx } from './client'

const { sql, join, raw } = Prisma
type Part = Prisma.Sql

/** Which tasks, by what the rows hold. `scheduleIds` are few enough for all their tasks to be read. */
export type PipelineWhere = {
  statuses: readonly TaskStatus[]
  scheduleIds?: readonly string[]
  name?: string
  types?: readonly string[]
  workerIds?: readonly string[]
  by?: readonly string[]
  reasons?: readonly string[]
  stages?: readonly string[]
  platforms?: readonly string[]
  minPriority?: number
  maxPriority?: number
  since?: Date
  until?: Date
}

/** How many rows one look reads at most when no index knows the filter. */
export const WINDOW = 10_000
/** More tasks than this of the schedules that were searched for, or of what runs, are not sorted. */
const GATHERED = 50_000

/** A column of an order: its expression, its type, its direction when the order is read upwards. */
type Column = { by: Part; type: string; down?: boolean }
const ID: Column = { by: sql`t.id`, type: 'uuid' }
const NEWEST: Column[] = [{ by: sql`t.updated_at`, type: 'timestamptz', down: true }, ID]
const plain = (name: string, type = 'text'): Column => ({ by: raw(`t.${name}`), type })

const WAITING: Partial<Record<Sort, Column[]>> = {
  queue: [{ ...plain('priority', 'int'), down: true }, plain('updated_at', 'timestamptz'), ID],
  requested: [plain('requested_at', 'timestamptz'), ID],
  schedule: [plain('schedule_name'), ID],
  type: [plain('task_type_id'), plain('requested_at', 'timestamptz'), ID],
  by: [plain('requested_by'), ID],
  duration: [plain('expected_seconds', 'int'), ID],
}
const workerName = sql`coalesce((SELECT w.name FROM worker w WHERE w.id = t.worker_id), '')`
const since = sql`coalesce(t.started_at, t.reserved_at)`
const RUNNING: Partial<Record<Sort, Column[]>> = {
  since: [{ by: since, type: 'timestamptz' }, ID],
  schedule: [plain('schedule_name'), ID],
  type: [plain('task_type_id'), ID],
  stage: [{ by: sql`coalesce(t.stage, '')`, type: 'text' }, ID],
  progress: [{ by: sql`coalesce((t.progress->>'overall')::int, -1)`, type: 'int' }, ID],
  worker: [{ by: workerName, type: 'text' }, ID],
  by: [plain('requested_by'), ID],
  end: [{ by: sql`${since} + make_interval(secs => t.expected_seconds)`, type: 'timestamptz' }, ID],
  priority: [plain('priority', 'int'), ID],
}
const ENDED: Partial<Record<Sort, Column[]>> = {
  ended: [plain('updated_at', 'timestamptz'), { ...ID, down: true }],
  schedule: [plain('schedule_name'), ...NEWEST],
  type: [plain('task_type_id'), ...NEWEST],
  by: [plain('requested_by'), ...NEWEST],
  reason: [plain('reason_code'), ...NEWEST],
  took: [{ by: sql`coalesce(t.ended_at - t.started_at, interval '0')`, type: 'interval' }, ...NEWEST],
}

const isRunning = ({ statuses }: PipelineWhere) => statuses.every((status) => ACTIVE.includes(status))
const isWaiting = ({ statuses }: PipelineWhere) => statuses.length === 1 && statuses[0] === 'requested'

function columnsOf(where: PipelineWhere, order: Order): Column[] {
  const known = isWaiting(where) ? WAITING : isRunning(where) ? RUNNING : ENDED
  return known[order.sort] ?? NEWEST
}
export type Order = { sort: Sort; direction: Direction }

const equals = (column: Part, values: readonly string[] | undefined): Part[] =>
  values === undefined ? [] : [sql`${column} = ANY(${[...values]})`]

/** The filter as conditions; on the plain columns of `t`. */
function conditions(where: PipelineWhere): Part[] {
  const at = isWaiting(where) ? sql`t.requested_at` : isRunning(where) ? since : sql`t.updated_at`
  return [
    ...(where.scheduleIds === undefined ? [] : [sql`t.schedule_id = ANY(${[...where.scheduleIds]}::uuid[])`]),
    ...(where.name === undefined ? [] : [sql`t.schedule_name ILIKE ${`%${likeText(where.name)}%`}`]),
    ...equals(sql`t.task_type_id`, where.types),
    ...(where.workerIds === undefined ? [] : [workerIs(where, where.workerIds)]),
    ...equals(sql`t.requested_by`, where.by),
    ...equals(sql`t.reason_code`, where.reasons),
    ...equals(sql`t.stage`, where.stages),
    ...equals(sql`t.platform`, where.platforms),
    ...(where.minPriority === undefined ? [] : [sql`t.priority >= ${where.minPriority}`]),
    ...(where.maxPriority === undefined ? [] : [sql`t.priority <= ${where.maxPriority}`]),
    ...(where.since === undefined ? [] : [sql`${at} >= ${where.since}`]),
    ...(where.until === undefined ? [] : [sql`${at} <= ${where.until}`]),
  ]
}
/** Waiting tasks have no worker but one that they are asked for. */
const workerIs = (where: PipelineWhere, ids: readonly string[]) =>
  isWaiting(where) ? sql`t.pinned_worker_id = ANY(${[...ids]}::uuid[])` : sql`t.worker_id = ANY(${[...ids]}::uuid[])`
export const likeText = (text: string) => text.replace(/[\\%_]/g, '\\$&')
const all = (parts: Part[]) => (parts.length === 0 ? sql`TRUE` : join(parts, ' AND '))
const isStatus = (status: TaskStatus) => raw(`t.status = '${status}'`)

/** Whether all rows that could fit are few: then they are read and sorted, whatever the order. */
const isNarrow = (where: PipelineWhere) => where.scheduleIds !== undefined || isRunning(where)

/** A filter of one value that an index knows in the order of the history. */
function byIndex(where: PipelineWhere, order: Order): Part {
  if (order.sort !== 'ended' || isWaiting(where)) return sql`TRUE`
  const only = (values: readonly string[] | undefined) => (values?.length === 1 ? values[0] : undefined)
  const [worker, type, by, reason] = [where.workerIds, where.types, where.by, where.reasons].map(only)
  if (worker !== undefined) return sql`t.worker_id = ${worker}::uuid`
  if (reason !== undefined && where.statuses.length === 1) return sql`t.reason_code = ${reason}`
  if (type !== undefined) return sql`t.task_type_id = ${type}`
  if (by !== undefined) return sql`t.requested_by = ${by}`
  return sql`TRUE`
}
/** Whether all of the filter is in the index's hands. */
function isWhole(where: PipelineWhere, order: Order): boolean {
  const given = Object.entries(where).filter(([name, value]) => name !== 'statuses' && value !== undefined)
  if (given.length === 0) return true
  return given.length === 1 && byIndex(where, order).sql !== 'TRUE'
}

/** Rows after a key: one look for each column that may be the first to differ, so that each is a range of the index. */
function branches(columns: Column[], reversed: boolean, after: string[] | null): Part[] {
  if (after === null) return [sql`TRUE`]
  const key = (index: number) => sql`${after[index] ?? ''}::${raw(columns[index]?.type ?? 'text')}`
  return columns.map(({ by, down = false }, index) =>
    all([
      ...columns.slice(0, index).map((column, at) => sql`${column.by} = ${key(at)}`),
      sql`${by} ${raw(down !== reversed ? '<' : '>')} ${key(index)}`,
    ]),
  )
}
const orderBy = (columns: Column[], reversed: boolean, name: (column: Column, index: number) => Part) =>
  join(
    columns.map(
      (column, index) => sql`${name(column, index)} ${raw((column.down ?? false) !== reversed ? 'DESC' : 'ASC')}`,
    ),
  )

export type Found = { id: string; key: string[] }
export type Look = { rows: Found[]; /** Where to look on; null when all was seen. */ next: string[] | null }

/**
 * The next `limit` tasks of an order, by key. A filter that no index knows looks through a window of the order and may
 * come back with fewer than there are: `next` says where it stopped, so the cost does not grow with the history.
 */
export async function look(
  db: Db | Tx,
  where: PipelineWhere,
  order: Order,
  after: string[] | null,
  limit: number,
): Promise<Look> {
  const columns = columnsOf(where, order)
  const reversed = order.direction === 'desc'
  const narrow = isNarrow(where)
  const whole = narrow || isWhole(where, order)
  const window = whole ? limit + 1 : Math.max(WINDOW, limit + 1)
  const alias = (index: number) => raw(`k${index}`)
  const keys = join(columns.map(({ by }, index) => sql`${by} AS ${alias(index)}`))
  const merged = narrow
    ? sql`
      SELECT id, ${keys} FROM (
        SELECT t.* FROM task t WHERE (${join(where.statuses.map(isStatus), ' OR ')}) AND ${all(conditions(where))} LIMIT ${GATHERED}
      ) t WHERE ${join(branches(columns, reversed, after), ' OR ')}`
    : join(
        where.statuses.flatMap((status) =>
          branches(columns, reversed, after).map(
            (branch) => sql`(
              SELECT t.id, ${keys} FROM task t
              WHERE ${isStatus(status)} AND ${whole ? all(conditions(where)) : byIndex(where, order)} AND ${branch}
              ORDER BY ${orderBy(columns, reversed, (column) => column.by)} LIMIT ${window})`,
          ),
        ),
        ' UNION ALL ',
      )
  const ordered = sql`SELECT * FROM (${merged}) m ORDER BY ${orderBy(columns, reversed, (_, index) => alias(index))} LIMIT ${window}`
  const texts = join(columns.map((_, index) => sql`${alias(index)}::text`))
  const found = await db.$queryRaw<{ id: string; key: string[]; last: boolean }[]>`
    WITH seen AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY ${orderBy(columns, reversed, (_, index) => alias(index))}) AS n FROM (${ordered}) o),
    hit AS (
      SELECT s.* FROM seen s ${whole ? sql`` : sql`JOIN task t ON t.id = s.id AND ${all(conditions(where))}`}
      ORDER BY n LIMIT ${limit + 1}
    )
    SELECT id, ARRAY[${texts}] AS key, FALSE AS last, n FROM hit
    UNION ALL
    SELECT id, ARRAY[${texts}] AS key, TRUE AS last, n FROM seen WHERE n = ${window}
    ORDER BY last, n`
  const hits = found.filter((row) => !row.last).map(({ id, key }) => ({ id, key }))
  const end = found.find((row) => row.last)
  const rows = hits.slice(0, limit)
  if (hits.length > limit) return { rows, next: rows.at(-1)?.key ?? null }
  return { rows, next: whole ? null : (end?.key ?? null) }
}

/** The order in which many tasks are gone through: none of the changes that are made on the way moves a task within it. */
export const walkOrder = (where: PipelineWhere): Order =>
  isWaiting(where)
    ? { sort: 'requested', direction: 'asc' }
    : isRunning(where)
      ? { sort: 'since', direction: 'asc' }
      : { sort: 'ended', direction: firstDirection('ended') }
