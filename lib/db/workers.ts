import type { WorkerSort, WorkerStanding } from '#lib/core/worker'
import type { Sql } from './sql'

export type WorkerSearch = {
  q?: string
  states?: readonly WorkerStanding[]
  platform?: string
  taskType?: string
  context?: string
  owner?: string
  version?: string
  sort: WorkerSort
  descending: boolean
  /** The sort key and the id of the last one before. */
  after?: { key: number | string; id: string }
  limit: number
  now: Date
  onlineSeconds: { zimfarm: number; other: number }
  /** Workers that have quiet hours now. */
  quiet: string[]
  /** Since when outcomes count. */
  since: Date
}
export type FoundWorker = { id: string; key: number | string; succeeded: number; failed: number; canceled: number }
export type StandingCounts = Record<WorkerStanding, number>

const keyOf = (sort: WorkerSort, descending: boolean): string =>
  ({
    name: 'name',
    seen: `coalesce(extract(epoch FROM last_seen_at), 0)::float8`,
    running: 'running::float8',
    // Who has ended nothing stands behind all others, whichever way they are sorted.
    success: `coalesce(succeeded::float8 / nullif(succeeded + failed, 0), ${descending ? '-1' : '2'})`,
    load: `(CASE WHEN cpu = 0 THEN 0 ELSE reserved_cpu::float8 / cpu END)`,
  })[sort]

// A farm has thousands of workers at most: they are looked at all, with kept figures only, and paged by key.
const BASE = `
  WITH looked AS (
    SELECT w.*, a.username, coalesce(f.succeeded, 0) AS succeeded, coalesce(f.failed, 0) AS failed, coalesce(f.canceled, 0) AS canceled,
      coalesce(r.n, 0) AS running,
      CASE
        WHEN last_seen_at IS NULL OR last_seen_at <= $1::timestamptz - make_interval(secs =>
          CASE WHEN kind = 'zimfarm' THEN $2::int ELSE $3::int END) THEN 'offline'
        WHEN w.disabled_at IS NOT NULL OR cordoned_at IS NOT NULL THEN 'held'
        WHEN w.id = ANY($4::uuid[]) THEN 'quiet'
        WHEN r.n > 0 THEN 'working'
        ELSE 'idle'
      END AS standing
    FROM worker w JOIN account a ON a.id = w.account_id
    LEFT JOIN (
      SELECT subject, sum(succeeded)::int AS succeeded, sum(failed)::int AS failed, sum(canceled)::int AS canceled
      FROM stat WHERE span = 'day' AND scope = 'worker' AND at >= $5::timestamptz GROUP BY subject
    ) f ON f.subject = w.id::text
    LEFT JOIN (
      SELECT worker_id, count(*)::int AS n FROM task WHERE status IN ('reserved', 'started') GROUP BY worker_id
    ) r ON r.worker_id = w.id
    WHERE w.deleted_at IS NULL AND a.deleted_at IS NULL AND kind <> 'in_process'
  )`

/** Workers that match, by a key and then their id, with what they ended since a moment. */
export async function findWorkers(sql: Sql, search: WorkerSearch): Promise<FoundWorker[]> {
  const { q, states, platform, taskType, context, owner, version, sort, descending, after, limit } = search
  const values: unknown[] = [
    ...[search.now, search.onlineSeconds.zimfarm, search.onlineSeconds.other, search.quiet, search.since, limit],
  ]
  const put = (value: unknown, type: string) => `$${values.push(value)}::${type}`
  const key = keyOf(sort, descending)
  const type = sort === 'name' ? 'text' : 'float8'
  const conditions = [
    'true',
    ...(q ? [`(name ILIKE ${put(`%${q.replace(/[\\%_]/g, '\\$&')}%`, 'text')})`] : []),
    ...(states !== undefined && states.length > 0 ? [`standing = ANY(${put(states, 'text[]')})`] : []),
    ...(platform ? [`platforms ? ${put(platform, 'text')}`] : []),
    ...(taskType ? [`${put(taskType, 'text')} = ANY(task_types)`] : []),
    ...(context ? [`contexts ? ${put(context, 'text')}`] : []),
    ...(owner ? [`username = ${put(owner, 'text')}`] : []),
    ...(version ? [`version = ${put(version, 'text')}`] : []),
    ...(after === undefined
      ? []
      : [`(${key}, id) ${descending ? '<' : '>'} (${put(after.key, type)}, ${put(after.id, 'uuid')})`]),
  ]
  const direction = descending ? 'DESC' : 'ASC'
  return sql<FoundWorker>({
    name: '',
    text: `${BASE} SELECT id, ${key} AS key, succeeded, failed, canceled FROM looked WHERE ${conditions.join(' AND ')}
      ORDER BY key ${direction}, id ${direction} LIMIT $6`,
    values,
  })
}

/** How many workers there are of each standing. */
export async function countWorkers(
  sql: Sql,
  search: Pick<WorkerSearch, 'now' | 'onlineSeconds' | 'quiet' | 'since'>,
): Promise<Partial<StandingCounts>> {
  const rows = await sql<{ standing: WorkerStanding; n: number }>({
    name: 'count_workers',
    text: `${BASE} SELECT standing, count(*)::int AS n FROM looked GROUP BY standing`,
    values: [search.now, search.onlineSeconds.zimfarm, search.onlineSeconds.other, search.quiet, search.since],
  })
  return Object.fromEntries(rows.map((row) => [row.standing, row.n]))
}
