import type { Sql } from './sql'

/** As in the partial indexes event_people_…: what every task's life writes again and again. */
const PEOPLE = `kind NOT IN ('task.reserved', 'task.started', 'task.succeeded', 'task.failed', 'task.stage', 'worker.checked_in',
  'file.created', 'file.uploading', 'file.uploaded', 'file.stored', 'file.checked', 'file.check_kept')`

/** The kinds of events that the log for people has, by one look into an index for each. */
export async function peopleKinds(sql: Sql): Promise<string[]> {
  const rows = await sql<{ kind: string }>({
    name: 'audit_kinds',
    text: `
      WITH RECURSIVE kinds (kind) AS (
        (SELECT kind FROM event WHERE ${PEOPLE} ORDER BY kind LIMIT 1)
        UNION ALL
        SELECT (SELECT kind FROM event WHERE ${PEOPLE} AND kind > kinds.kind ORDER BY kind LIMIT 1) FROM kinds WHERE kinds.kind IS NOT NULL
      )
      SELECT kind FROM kinds WHERE kind IS NOT NULL`,
    values: [],
  })
  return rows.map((row) => row.kind)
}

/**
 * The first number at or after a moment: numbers and times go up together but for transactions that overlap, so the log is searched by
 * halves, and a little before.
 */
export async function numberAt(sql: Sql, at: Date): Promise<bigint> {
  const [ends] = await sql<{ low: string; high: string }>({
    name: 'audit_ends',
    text: 'SELECT coalesce(min(id), 0)::text AS low, coalesce(max(id), 0)::text AS high FROM event',
    values: [],
  })
  let [low, high] = [BigInt(ends?.low ?? 0), BigInt(ends?.high ?? 0) + 1n]
  while (low < high) {
    const middle = (low + high) / 2n
    const [row] = await sql<{ id: string; at: Date }>({
      name: 'audit_probe',
      text: 'SELECT id::text, at FROM event WHERE id >= $1 ORDER BY id LIMIT 1',
      values: [String(middle)],
    })
    if (row === undefined || row.at >= at) high = middle
    else low = BigInt(row.id) + 1n
  }
  return low
}
/** Events that overlap a moment may be numbered so much earlier or later. */
export const OVERLAP = 10_000n

export type AuditRow = {
  id: string
  at: Date
  kind: string
  actor: string
  taskId: string | null
  task: string | null
  scheduleId: string | null
  schedule: string | null
  workerId: string | null
  worker: string | null
  data: Record<string, unknown>
}
export type AuditFilter = {
  actor?: string
  kinds: string[]
  taskId?: string
  scheduleId?: string
  workerId?: string
  from?: Date
  to?: Date
  /** Only numbers below, and at or above. */
  below: bigint | null
  above: bigint | null
  limit: number
}

/**
 * The log for people, newest first. Each way to filter has its own way into the log: by subject and by person through an index,
 * else the newest of each kind.
 */
export async function auditRows(sql: Sql, filter: AuditFilter): Promise<AuditRow[]> {
  const { actor, kinds, taskId, scheduleId, workerId, from, to, below, above, limit } = filter
  const values: unknown[] = [limit]
  const put = (value: unknown, type: string) => `$${values.push(value)}::${type}`
  const conditions = [
    PEOPLE,
    ...(below === null ? [] : [`id < ${put(String(below), 'bigint')}`]),
    ...(above === null ? [] : [`id >= ${put(String(above), 'bigint')}`]),
    ...(from === undefined ? [] : [`at >= ${put(from, 'timestamptz')}`]),
    ...(to === undefined ? [] : [`at < ${put(to, 'timestamptz')}`]),
    ...(actor === undefined ? [] : [`actor = ${put(actor, 'text')}`]),
    ...(taskId === undefined ? [] : [`task_id = ${put(taskId, 'uuid')}`]),
    ...(scheduleId === undefined ? [] : [`schedule_id = ${put(scheduleId, 'uuid')}`]),
    ...(workerId === undefined ? [] : [`worker_id = ${put(workerId, 'uuid')}`]),
  ]
  const where = conditions.join(' AND ')
  const byIndex = [actor, taskId, scheduleId, workerId].some((one) => one !== undefined)
  const list = put(kinds, 'text[]')
  const found = byIndex
    ? `SELECT * FROM event WHERE ${where} AND kind = ANY(${list}) ORDER BY id DESC LIMIT $1`
    : `SELECT e.* FROM unnest(${list}) AS k (name) CROSS JOIN LATERAL (
         SELECT * FROM event WHERE ${where} AND kind = k.name ORDER BY id DESC LIMIT $1
       ) e ORDER BY e.id DESC LIMIT $1`
  const text = `SELECT e.id::text, e.at, e.kind, e.actor, e.task_id AS "taskId", t.schedule_name AS task,
      e.schedule_id AS "scheduleId", s.name AS schedule, e.worker_id AS "workerId", w.name AS worker, e.data
    FROM (${found}) e LEFT JOIN task t ON t.id = e.task_id LEFT JOIN schedule s ON s.id = e.schedule_id
      LEFT JOIN worker w ON w.id = e.worker_id
    ORDER BY e.id DESC`
  const shape = [below, above, from, to, actor, taskId, scheduleId, workerId]
    .map((one) => (one === null || one === undefined ? 0 : 1))
    .join('')
  return sql<AuditRow>({ name: `audit_${shape}`, text, values })
}
