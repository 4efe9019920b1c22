import type { Resources } from '#lib/core/resources'
import type { Db, Tx } from './client'
import { sqlOf, type Sql } from './sql'

/** What is the same for all tasks of a shape (docs/decisions/0007). */
export type Shape = {
  taskTypeId: string
  cpu: number
  memory: number | bigint
  disk: number | bigint
  platform: string | null
  context: string
  /** `name:tag`, or null */
  image: string | null
  pinnedWorkerId: string | null
  hosts: readonly string[]
}

/** From how many waiting tasks on a web site gets shapes of its own, so that a full site hides nothing else. */
const CROWD = 100

/**
 * The number of a shape, made when it is new. To be called in the transaction that puts a task of it into the queue;
 * a shape that was retired meanwhile is in use again.
 */
export async function shapeId(tx: Db | Tx, shape: Shape): Promise<number> {
  const [row] = await sqlOf(tx)<{ id: number }>({
    name: 'shape_id',
    text: `
      WITH wanted AS (
        SELECT $1::text AS task_type_id, $2::int AS cpu, $3::bigint AS memory, $4::bigint AS disk, $5::text AS platform,
          $6::text AS context, $9::text AS image, $7::uuid AS pinned_worker_id, CASE WHEN (
            SELECT count(*) FROM (
              SELECT 1 FROM task WHERE status = 'requested' AND hosts[1] = $8::text LIMIT ${CROWD}
            ) others
          ) >= ${CROWD} THEN $8::text ELSE '' END AS host
      ), found AS (
        SELECT s.id FROM task_shape s JOIN wanted w USING (task_type_id, cpu, memory, disk, platform, context, image, host)
        WHERE s.pinned_worker_id IS NOT DISTINCT FROM w.pinned_worker_id AND s.retired_at IS NULL
      ), made AS (
        INSERT INTO task_shape (task_type_id, cpu, memory, disk, platform, context, image, pinned_worker_id, host)
        SELECT task_type_id, cpu, memory, disk, platform, context, image, pinned_worker_id, host
        FROM wanted WHERE NOT EXISTS (SELECT 1 FROM found)
        ON CONFLICT (task_type_id, cpu, memory, disk, platform, context, image, host, pinned_worker_id)
          DO UPDATE SET retired_at = NULL
        RETURNING id
      )
      SELECT id FROM found UNION ALL SELECT id FROM made`,
    values: [
      shape.taskTypeId,
      shape.cpu,
      String(shape.memory),
      String(shape.disk),
      shape.platform ?? '',
      shape.context,
      shape.pinnedWorkerId,
      shape.hosts[0] ?? null,
      shape.image ?? '',
    ],
  })
  if (row === undefined) throw new Error('a shape could not be made')
  return row.id
}

/**
 * The numbers of many shapes, in their order. Those that are alike are looked up once.
 */
export async function shapeIds(tx: Tx, shapes: readonly Shape[]): Promise<number[]> {
  const hosts = [...new Set(shapes.flatMap((shape) => shape.hosts[0] ?? []))]
  const crowded = await sqlOf(tx)<{ host: string }>({
    name: 'crowded_hosts',
    text: `
      SELECT host FROM unnest($1::text[]) AS host WHERE (
        SELECT count(*) FROM (SELECT 1 FROM task WHERE status = 'requested' AND hosts[1] = host LIMIT ${CROWD}) others
      ) >= ${CROWD}`,
    values: [hosts],
  })
  const crowds = new Set(crowded.map((row) => row.host))
  const known = new Map<string, number>()
  const ids: number[] = []
  for (const {
    hosts: [host = ''],
    ...shape
  } of shapes) {
    const alike = {
      ...shape,
      memory: String(shape.memory),
      disk: String(shape.disk),
      host: crowds.has(host) ? host : '',
    }
    const key = JSON.stringify(alike)
    const id = known.get(key) ?? (await shapeId(tx, { ...shape, hosts: host === '' ? [] : [host] }))
    known.set(key, id)
    ids.push(id)
  }
  return ids
}

/** How long a shape rests before it goes: longer than any transaction that may still put a task of it into the queue. */
const REST_MINUTES = 10

/** Forgets shapes that no waiting task has, in two steps, so that a request that runs meanwhile loses nothing. */
export async function pruneShapes(db: Db, now: Date): Promise<void> {
  const unused = `NOT EXISTS (SELECT 1 FROM task t WHERE t.shape_id = task_shape.id AND t.status = 'requested')`
  const sql = sqlOf(db)
  await sql({
    name: 'retire_shapes',
    text: `UPDATE task_shape SET retired_at = $1 WHERE retired_at IS NULL AND ${unused}`,
    values: [now],
  })
  await sql({
    name: 'delete_shapes',
    text: `DELETE FROM task_shape
      WHERE retired_at < $1::timestamptz - make_interval(mins => ${REST_MINUTES}) AND ${unused}`,
    values: [now],
  })
  await sql({
    name: 'delete_offers',
    text: `DELETE FROM task_offer WHERE offered_until < $1::timestamptz - make_interval(mins => 1)`,
    values: [now],
  })
}

/** Who looks for work: what of a worker rules out whole shapes. */
export type Seeker = {
  id: string
  taskTypes: readonly string[]
  contexts: readonly string[]
  totals: Resources
  selfish: boolean
}

/** Web sites and schedules whose tasks a look goes past. */
export type Held = { hosts: readonly string[]; schedules: readonly string[] }

export type Candidate = {
  id: string
  taskTypeId: string
  priority: number
  cpu: number
  memory: number
  disk: number
  platform: string | null
  context: string
  image: string | null
  pinnedWorkerId: string | null
  scheduleId: string | null
  hosts: string[]
  /** In milliseconds since the epoch. */
  queuedAt: number
  expectedSeconds: number
  /** What the schedule's work took on this worker, where that was measured. */
  seconds: number | null
}

/** About how many candidates one look brings, and how many of one shape at most. */
const WINDOW = 64
const OF_A_SHAPE = 8

const COLUMNS = `t.id, s.task_type_id AS "taskTypeId", t.priority, s.cpu, s.memory::float8 AS memory, s.disk::float8 AS disk,
  nullif(s.platform, '') AS platform, s.context, nullif(s.image, '') AS image,
  s.pinned_worker_id AS "pinnedWorkerId", t.schedule_id AS "scheduleId", t.hosts,
  (extract(epoch FROM t.updated_at) * 1000)::float8 AS "queuedAt", t.expected_seconds AS "expectedSeconds", d.seconds`
const SHAPES = `SELECT id, task_type_id, cpu, memory, disk, platform, context, image, pinned_worker_id FROM task_shape
  WHERE task_type_id = ANY($2::text[]) AND cpu <= $3 AND memory <= $4 AND disk <= $5
    AND (context = '' OR context = ANY($6::text[]))
    AND (pinned_worker_id = $1 OR (pinned_worker_id IS NULL AND NOT $7::boolean))`
const TASKS = `SELECT id, schedule_id, priority, hosts, updated_at, expected_seconds FROM task
  WHERE shape_id = s.id AND status = 'requested' AND (not_before IS NULL OR not_before <= $8)
    AND NOT EXISTS (
      SELECT 1 FROM task_offer o WHERE o.task_id = task.id AND o.worker_id <> $1 AND o.offered_until > $8
    )`
const OF_EACH = `LIMIT greatest(1, least(${OF_A_SHAPE}, ${WINDOW} / (SELECT greatest(1, count(*)) FROM shape)))`
const DURATIONS = `LEFT JOIN schedule_duration d ON d.schedule_id = t.schedule_id AND d.worker_id = $1`
const valuesOf = ({ id, taskTypes, contexts, totals, selfish }: Seeker, most: Resources, now: Date) => [
  id,
  taskTypes,
  Math.min(totals.cpu, most.cpu),
  Math.min(totals.memory, most.memory),
  Math.min(totals.disk, most.disk),
  contexts,
  selfish,
  now,
]

/**
 * The first waiting tasks of each shape that the worker could ever take, and its oldest where they have waited since
 * `oldBefore`; but none that others have just been offered, and none that is `held`. Its cost grows with the number of shapes, not with the number of tasks. `decide` has the last word.
 */
export async function firstCandidates(
  db: Db | Tx,
  seeker: Seeker,
  now: Date,
  oldBefore: Date,
  { hosts, schedules }: Held = { hosts: [], schedules: [] },
): Promise<Candidate[]> {
  const values = [...valuesOf(seeker, seeker.totals, now), oldBefore]
  if (hosts.length === 0 && schedules.length === 0)
    return sqlOf(db)<Candidate>({ name: 'first_candidates', text: firstOf(''), values })
  const past = 'AND NOT hosts && $10::text[] AND (schedule_id IS NULL OR schedule_id <> ALL($11::uuid[]))'
  return sqlOf(db)<Candidate>({
    name: 'first_candidates_past',
    text: firstOf(past),
    values: [...values, hosts, schedules],
  })
}
const firstOf = (past: string) => `
      WITH shape AS MATERIALIZED (${SHAPES})
      SELECT ${COLUMNS} FROM shape s CROSS JOIN LATERAL (
        (${TASKS} ${past} ORDER BY priority DESC, expected_seconds DESC, updated_at, id ${OF_EACH})
        UNION
        (${TASKS} ${past} AND updated_at < $9 ORDER BY updated_at LIMIT 2)
      ) t ${DURATIONS}`

/** The first waiting tasks that fit into `free` and are expected to take `seconds` at most: for the time until a bigger one can start. */
export async function shortCandidates(
  db: Db | Tx,
  seeker: Seeker,
  now: Date,
  free: Resources,
  seconds: number,
): Promise<Candidate[]> {
  return sqlOf(db)<Candidate>({
    name: 'short_candidates',
    text: `
      WITH shape AS MATERIALIZED (${SHAPES})
      SELECT ${COLUMNS} FROM shape s CROSS JOIN generate_series(0, 10) AS p(priority) CROSS JOIN LATERAL (
        ${TASKS} AND priority = p.priority AND expected_seconds <= $9
        ORDER BY expected_seconds DESC, updated_at, id LIMIT 2
      ) t ${DURATIONS}`,
    values: [...valuesOf(seeker, free, now), Math.floor(seconds)],
  })
}

/** How long a poll keeps others from being offered the same task, in seconds; a worker takes at once or not at all. */
const OFFER_SECONDS = 10

/**
 * Notes that a worker is about to be told of a task. False when the task waits no more or another worker was told of it
 * a moment ago. Asking again renews nothing: who only asks holds up no task for longer than one offer.
 */
export async function offer(db: Db, input: { taskId: string; workerId: string; now: Date }): Promise<boolean> {
  const rows = await sqlOf(db)({
    name: 'offer',
    text: `
      WITH others AS (DELETE FROM task_offer WHERE worker_id = $2::uuid AND task_id <> $1::uuid)
      INSERT INTO task_offer (task_id, worker_id, offered_until)
      SELECT id, $2::uuid, $3::timestamptz + make_interval(secs => ${OFFER_SECONDS}) FROM task WHERE id = $1::uuid AND status = 'requested'
      ON CONFLICT (task_id) DO UPDATE SET worker_id = excluded.worker_id,
        offered_until = CASE WHEN task_offer.offered_until > $3 THEN task_offer.offered_until ELSE excluded.offered_until END
        WHERE task_offer.worker_id = $2 OR task_offer.offered_until <= $3
      RETURNING task_id`,
    values: [input.taskId, input.workerId, input.now],
  })
  return rows.length > 0
}

/** What a limit can be set on: the platforms and web sites on which other workers' tasks count. */
export type Subjects = { platforms: readonly string[]; hosts: readonly string[] }

/**
 * What of the farm's running tasks matters to one worker: its own, and all on the named platforms and web sites; there
 * also what other workers have just been offered.
 */
export async function runningFor(
  db: Db | Tx,
  input: Subjects & { workerId: string; now: Date; offers: boolean },
): Promise<Running[]> {
  return runningBy(sqlOf(db), input)
}

const LIMITED = `(platform = ANY($2::text[]) OR hosts && $4::text[])`
export async function runningBy(
  sql: Sql,
  { workerId, platforms, hosts, now, offers }: Subjects & { workerId: string; now: Date; offers: boolean },
): Promise<Running[]> {
  const columns = (worker: string, since: string) =>
    `id, ${worker} AS "workerId", cpu, memory::float8 AS memory, disk::float8 AS disk, platform, hosts, ${since} AS since,
     expected_seconds AS "expectedSeconds"`
  const own = `SELECT ${columns('worker_id', 'coalesce(started_at, reserved_at)')} FROM task
    WHERE status IN ('reserved', 'started') AND worker_id = $1::uuid`
  if (platforms.length === 0 && hosts.length === 0)
    return sql<Running>({ name: 'running_own', text: own, values: [workerId] })
  return sql<Running>({
    name: 'running_for',
    text: `${own}
      UNION ALL
      SELECT ${columns('worker_id', 'coalesce(started_at, reserved_at)')} FROM task
      WHERE status IN ('reserved', 'started') AND ${LIMITED} AND worker_id <> $1::uuid
      UNION ALL
      SELECT ${columns('offered_to', '$3::timestamptz')}
      FROM task JOIN (
        SELECT task_id AS id, worker_id AS offered_to FROM task_offer WHERE offered_until > $3 AND worker_id <> $1::uuid
      ) o USING (id)
      WHERE status = 'requested' AND ${LIMITED} AND $5::boolean`,
    values: [workerId, platforms, now, hosts, offers],
  })
}
export type Running = {
  id: string
  workerId: string
  cpu: number
  memory: number
  disk: number
  platform: string | null
  hosts: string[]
  since: Date
  expectedSeconds: number
}
