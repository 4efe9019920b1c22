import type { Candidate } from './queue'
import type { Sql } from './sql'

export type WaitingTask = Candidate & {
  status: string
  scheduleName: string
  shapeId: number | null
  /** In milliseconds since the epoch. */
  notBefore: number | null
}
const WAITING = `id, status::text, task_type_id AS "taskTypeId", priority, cpu, memory::float8 AS memory, disk::float8 AS disk,
  platform, context, image, pinned_worker_id AS "pinnedWorkerId", schedule_id AS "scheduleId", hosts,
  date_part('epoch', updated_at) * 1000 AS "queuedAt", date_part('epoch', not_before) * 1000 AS "notBefore",
  expected_seconds AS "expectedSeconds", NULL::int AS seconds, schedule_name AS "scheduleName", shape_id AS "shapeId"`

/** One task as `decide` needs it. */
export async function oneTask(sql: Sql, taskId: string): Promise<WaitingTask | null> {
  const [row] = await sql<WaitingTask>({
    name: 'why_task',
    text: `SELECT ${WAITING} FROM task WHERE id = $1::uuid`,
    values: [taskId],
  })
  return row ?? null
}

export type WorkerFacts = {
  id: string
  name: string
  kind: string
  cpu: number
  memory: number
  disk: number
  reservedCpu: number
  reservedMemory: number
  reservedDisk: number
  taskTypes: string[]
  platforms: Record<string, number>
  contexts: Record<string, string | null>
  lastIp: string | null
  selfish: boolean
  cordonedAt: string | null
  disabledAt: string | null
  quietHours: unknown
  /** milliseconds since the epoch */
  lastSeen: number | null
}
/** A running task: worker, cpu, memory, disk, platform, hosts, since when in milliseconds, expected seconds. */
export type RunningFacts = [string, number, number, number, string | null, string[], number, number]

// Thousands of rows come as one JSON text each: reading it costs a quarter of reading rows.

type F = WorkerFacts
type WorkerTuple = [
  F['id'],
  F['name'],
  F['kind'],
  F['cpu'],
  F['memory'],
  F['disk'],
  F['reservedCpu'],
  F['reservedMemory'],
  F['reservedDisk'],
  F['taskTypes'],
  F['platforms'],
  F['contexts'],
  F['lastIp'],
  F['selfish'],
  F['cordonedAt'],
  F['disabledAt'],
  F['lastSeen'],
  F['quietHours'],
]

/** Every worker that could be asked why, by name. */
export async function everyWorker(sql: Sql): Promise<WorkerFacts[]> {
  const [row] = await sql<{ workers: WorkerTuple[] }>({
    name: 'why_workers',
    text: `SELECT coalesce(json_agg(json_build_array(id, name, kind, cpu, memory, disk, reserved_cpu, reserved_memory,
        reserved_disk, task_types, platforms, contexts, last_ip, selfish, cordoned_at, disabled_at,
        date_part('epoch', last_seen_at) * 1000, quiet_hours)), '[]') AS workers
      FROM (SELECT * FROM worker WHERE deleted_at IS NULL AND kind <> 'in_process' ORDER BY name) w`,
    values: [],
  })
  return (row?.workers ?? []).map((one) => ({
    id: one[0],
    name: one[1],
    kind: one[2],
    cpu: one[3],
    memory: one[4],
    disk: one[5],
    reservedCpu: one[6],
    reservedMemory: one[7],
    reservedDisk: one[8],
    taskTypes: one[9],
    platforms: one[10],
    contexts: one[11],
    lastIp: one[12],
    selfish: one[13],
    cordonedAt: one[14],
    disabledAt: one[15],
    lastSeen: one[16],
    quietHours: one[17],
  }))
}

/** Everything that runs. */
export async function everyRunning(sql: Sql): Promise<RunningFacts[]> {
  const [row] = await sql<{ running: RunningFacts[] }>({
    name: 'why_running',
    text: `SELECT coalesce(json_agg(json_build_array(worker_id, cpu, memory, disk, platform, hosts,
        date_part('epoch', coalesce(started_at, reserved_at)) * 1000, expected_seconds)), '[]') AS running
      FROM task WHERE status IN ('reserved', 'started')`,
    values: [],
  })
  return row?.running ?? []
}

/** About how many waiting tasks are looked at besides the one, and how many of one shape at most. */
const WINDOW = 192
const OF_A_SHAPE = 16

/**
 * A waiting task: id, shape, schedule, priority, hosts, queued at and not before in milliseconds, expected seconds.
 */
export type OtherFacts = [string, number, string | null, number, string[], number, number | null, number]
export type ShapeFacts = {
  id: number
  taskTypeId: string
  cpu: number
  memory: number
  disk: number
  platform: string
  context: string
  image: string
  pinnedWorkerId: string | null
}

/**
 * The first waiting tasks of each shape of the given task types, and the oldest where they have waited since `oldBefore`:
 * what the workers that could run the task would look at. Its cost grows with the number of shapes.
 */
export async function firstOfShapes(
  sql: Sql,
  taskTypes: string[],
  now: Date,
  oldBefore: Date,
): Promise<{ shapes: ShapeFacts[]; tasks: OtherFacts[] }> {
  const tasks = `SELECT id, schedule_id, priority, hosts, updated_at, not_before, expected_seconds FROM task
    WHERE shape_id = s.id AND status = 'requested' AND (not_before IS NULL OR not_before <= $2)`
  const [row] = await sql<{ shapes: ShapeFacts[]; tasks: OtherFacts[] }>({
    name: 'why_others',
    text: `
      WITH shape AS MATERIALIZED (SELECT * FROM task_shape WHERE task_type_id = ANY($1::text[]))
      SELECT
        (SELECT coalesce(json_agg(json_build_object('id', id, 'taskTypeId', task_type_id, 'cpu', cpu, 'memory', memory,
          'disk', disk, 'platform', platform, 'context', context, 'image', image, 'pinnedWorkerId', pinned_worker_id)), '[]')
          FROM shape) AS shapes,
        (SELECT coalesce(json_agg(json_build_array(t.id, s.id, t.schedule_id, t.priority, t.hosts,
          date_part('epoch', t.updated_at) * 1000, date_part('epoch', t.not_before) * 1000,
          t.expected_seconds)), '[]')
        FROM shape s CROSS JOIN LATERAL (
          (${tasks} ORDER BY priority DESC, expected_seconds DESC, updated_at, id
            LIMIT greatest(1, least(${OF_A_SHAPE}, ${WINDOW} / (SELECT greatest(1, count(*)) FROM shape))))
          UNION
          (${tasks} AND updated_at < $3 ORDER BY updated_at LIMIT 2)
        ) t) AS tasks`,
    values: [taskTypes, now, oldBefore],
  })
  return row ?? { shapes: [], tasks: [] }
}

/** What the schedules' work took, by worker: schedule, worker, seconds. */
export async function measuredTimes(sql: Sql, scheduleIds: string[]): Promise<[string, string, number][]> {
  if (scheduleIds.length === 0) return []
  const [row] = await sql<{ times: [string, string, number][] }>({
    name: 'why_times',
    text: `SELECT coalesce(json_agg(json_build_array(schedule_id, worker_id, seconds)), '[]') AS times
      FROM schedule_duration WHERE schedule_id = ANY($1::uuid[]) AND worker_id IS NOT NULL`,
    values: [scheduleIds],
  })
  return row?.times ?? []
}

/** How many tasks of its own shape stand before a task, up to `most`. */
export async function beforeInShape(sql: Sql, taskId: string, most: number): Promise<number> {
  const [row] = await sql<{ n: number }>({
    name: 'why_before',
    text: `SELECT count(*)::int AS n FROM (
        SELECT 1 FROM task mine JOIN task other ON other.shape_id = mine.shape_id AND other.status = 'requested'
          AND other.id <> mine.id AND other.priority >= mine.priority
          AND (other.priority > mine.priority OR other.expected_seconds > mine.expected_seconds
            OR (other.expected_seconds = mine.expected_seconds AND (other.updated_at, other.id) < (mine.updated_at, mine.id)))
        WHERE mine.id = $1::uuid LIMIT $2::int
      ) others`,
    values: [taskId, most],
  })
  return row?.n ?? 0
}

/** How many waiting tasks stand before one: by priority, then by who has waited longest; counted up to `most`. */
export async function countBefore(sql: Sql, taskId: string, most: number): Promise<number> {
  const [row] = await sql<{ n: number }>({
    name: 'rank',
    text: `
      WITH mine AS (SELECT id, priority, updated_at FROM task WHERE id = $1::uuid)
      SELECT count(*)::int AS n FROM (
        (SELECT 1 FROM mine JOIN task t ON t.status = 'requested' AND t.priority > mine.priority LIMIT $2::int)
        UNION ALL
        (SELECT 1 FROM mine JOIN task t ON t.status = 'requested' AND t.priority = mine.priority
          AND (t.updated_at, t.id) < (mine.updated_at, mine.id) LIMIT $2::int)
        LIMIT $2::int
      ) others`,
    values: [taskId, most],
  })
  return row?.n ?? 0
}

/** Some waiting tasks as `decide` needs them; those that do not wait are left out. */
export async function manyTasks(sql: Sql, taskIds: string[]): Promise<WaitingTask[]> {
  return sql<WaitingTask>({
    name: 'why_tasks',
    text: `SELECT ${WAITING} FROM task WHERE id = ANY($1::uuid[]) AND status = 'requested'`,
    values: [taskIds],
  })
}

/**
 * How many waiting tasks stand before each of some, counted up to `most`: between one and the next of them, so that what
 * stands before all is counted once.
 */
export async function countBeforeEach(sql: Sql, taskIds: string[], most: number): Promise<Map<string, number>> {
  const rows = await sql<{ id: string; n: number }>({
    name: 'ranks',
    text: `
      WITH mine AS MATERIALIZED (
        SELECT id, priority, updated_at, lag(priority) OVER w AS p, lag(updated_at) OVER w AS u, lag(id) OVER w AS i
        FROM task WHERE id = ANY($1::uuid[]) AND status = 'requested' WINDOW w AS (ORDER BY priority DESC, updated_at, id)
      )
      SELECT mine.id, (
        SELECT count(*)::int FROM (
          (SELECT 1 FROM task t WHERE mine.p IS NULL AND t.status = 'requested' AND t.priority > mine.priority LIMIT $2::int)
          UNION ALL
          (SELECT 1 FROM task t WHERE mine.p IS NULL AND t.status = 'requested' AND t.priority = mine.priority
            AND (t.updated_at, t.id) < (mine.updated_at, mine.id) LIMIT $2::int)
          UNION ALL
          (SELECT 1 FROM task t WHERE mine.p = mine.priority AND t.status = 'requested' AND t.priority = mine.priority
            AND (t.updated_at, t.id) >= (mine.u, mine.i) AND (t.updated_at, t.id) < (mine.updated_at, mine.id) LIMIT $2::int)
          UNION ALL
          (SELECT 1 FROM task t WHERE mine.p > mine.priority AND t.status = 'requested' AND t.priority = mine.p
            AND (t.updated_at, t.id) >= (mine.u, mine.i) LIMIT $2::int)
          UNION ALL
          (SELECT 1 FROM task t WHERE mine.p > mine.priority AND t.status = 'requested'
            AND t.priority < mine.p AND t.priority > mine.priority LIMIT $2::int)
          UNION ALL
          (SELECT 1 FROM task t WHERE mine.p > mine.priority AND t.status = 'requested' AND t.priority = mine.priority
            AND (t.updated_at, t.id) < (mine.updated_at, mine.id) LIMIT $2::int)
          LIMIT $2::int
        ) others
      ) AS n FROM mine ORDER BY priority DESC, updated_at, id`,
    values: [taskIds, most],
  })
  let sum = 0
  return new Map(rows.map(({ id, n }) => [id, (sum = Math.min(most, sum + n))]))
}

/** How many tasks of its own shape stand before each of some, up to `most`. */
export async function beforeInShapeEach(sql: Sql, taskIds: string[], most: number): Promise<Map<string, number>> {
  const rows = await sql<{ id: string; n: number }>({
    name: 'why_before_each',
    text: `SELECT mine.id, (SELECT count(*)::int FROM (
        SELECT 1 FROM task other WHERE other.shape_id = mine.shape_id AND other.status = 'requested'
          AND other.id <> mine.id AND other.priority >= mine.priority
          AND (other.priority > mine.priority OR other.expected_seconds > mine.expected_seconds
            OR (other.expected_seconds = mine.expected_seconds AND (other.updated_at, other.id) < (mine.updated_at, mine.id)))
        LIMIT $2::int) others) AS n
      FROM task mine WHERE mine.id = ANY($1::uuid[])`,
    values: [taskIds, most],
  })
  return new Map(rows.map(({ id, n }) => [id, n]))
}
