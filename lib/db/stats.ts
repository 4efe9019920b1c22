import type { Span, StatScope } from '#lib/core/stats'
import type { Tx } from './client'
import { sqlOf, type Sql } from './sql'

/** An event with what the figures need of its task; the task's fields are null once it is gone. */
export type Told = {
  xid: string
  id: string
  at: Date
  kind: string
  move: string | null
  /** Of a take: the first has 1. */
  fence: number | null
  taskId: string | null
  workerId: string | null
  taskType: string | null
  requester: string | null
  schedule: string | null
  requestedAt: Date | null
  startedAt: Date | null
  endedAt: Date | null
  reasonCode: string | null
  reasonText: string | null
}

/** Takes the cursor of a reader of the event log for this transaction, from the log's beginning at first. */
export async function holdCursor(tx: Tx, name: string, now: Date): Promise<{ xid: string; number: string }> {
  await sqlOf(tx)({
    name: 'cursor_add',
    text: `INSERT INTO log_cursor (name, xid, number, at) VALUES ($1, 0, 0, $2) ON CONFLICT DO NOTHING`,
    values: [name, now],
  })
  const [row] = await sqlOf(tx)<{ xid: string; number: string }>({
    name: 'cursor_hold',
    text: 'SELECT xid::text, number::text FROM log_cursor WHERE name = $1 FOR UPDATE',
    values: [name],
  })
  return row ?? { xid: '0', number: '0' }
}

export async function moveCursor(tx: Tx, name: string, to: { xid: string; id: string; at: Date }): Promise<void> {
  await sqlOf(tx)({
    name: 'cursor_move',
    text: 'UPDATE log_cursor SET xid = $2, number = $3, at = $4 WHERE name = $1',
    values: [name, to.xid, to.id, to.at],
  })
}

/** The next events of the log, in order, up to the oldest transaction that still runs. */
export async function toldAfter(tx: Tx, cursor: { xid: string; number: string }, limit: number): Promise<Told[]> {
  return sqlOf(tx)<Told>({
    name: 'stats_told',
    text: `
      WITH next AS MATERIALIZED (
        SELECT xid, id, at, kind, data, task_id, worker_id FROM event
        WHERE (xid, id) > ($1::bigint, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        ORDER BY xid, id LIMIT $3
      )
      SELECT e.xid::text, e.id::text, e.at, e.kind, e.data->>'move' AS move, (e.data->>'fence')::int AS fence,
        e.task_id AS "taskId", e.worker_id AS "workerId", t.task_type_id AS "taskType", t.requested_by AS requester,
        t.schedule_name AS schedule, t.requested_at AS "requestedAt", t.started_at AS "startedAt", t.ended_at AS "endedAt",
        t.reason_code AS "reasonCode", t.reason_text AS "reasonText"
      FROM next e LEFT JOIN task t ON t.id = e.task_id
        AND e.kind IN ('task.requested', 'task.reserved', 'task.succeeded', 'task.failed', 'task.canceled')
      ORDER BY e.xid, e.id`,
    values: [cursor.xid, cursor.number, limit],
  })
}

export type Figures = {
  span: Span
  scope: StatScope
  at: number
  subject: string
  requested: number
  succeeded: number
  failed: number
  canceled: number
  returned: number
  runSeconds: number
}
const COUNTS = ['requested', 'succeeded', 'failed', 'canceled', 'returned'] as const

/** Adds to the kept figures. */
export async function addFigures(tx: Tx, rows: readonly Figures[]): Promise<void> {
  if (rows.length === 0) return
  const columns = [...COUNTS, 'run_seconds']
  await sqlOf(tx)({
    name: 'stats_add',
    text: `INSERT INTO stat (span, scope, at, subject, ${columns.join(', ')})
      SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[],
        ${COUNTS.map((_, index) => `$${index + 5}::int[]`).join(', ')}, $${COUNTS.length + 5}::bigint[])
      ON CONFLICT (span, scope, at, subject) DO UPDATE SET
        ${columns.map((column) => `${column} = stat.${column} + excluded.${column}`).join(', ')}`,
    values: [
      rows.map((row) => row.span),
      rows.map((row) => row.scope),
      rows.map((row) => new Date(row.at)),
      rows.map((row) => row.subject),
      ...COUNTS.map((name) => rows.map((row) => row[name])),
      rows.map((row) => Math.round(row.runSeconds)),
    ],
  })
}

export type Waits = { span: Span; scope: StatScope; at: number; subject: string; step: number; n: number }
export async function addWaits(tx: Tx, rows: readonly Waits[]): Promise<void> {
  if (rows.length === 0) return
  await sqlOf(tx)({
    name: 'stats_add_waits',
    text: `INSERT INTO stat_wait (span, scope, at, subject, step, n)
      SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::int[], $6::int[])
      ON CONFLICT (span, scope, at, subject, step) DO UPDATE SET n = stat_wait.n + excluded.n`,
    values: [
      rows.map((row) => row.span),
      rows.map((row) => row.scope),
      rows.map((row) => new Date(row.at)),
      rows.map((row) => row.subject),
      rows.map((row) => row.step),
      rows.map((row) => row.n),
    ],
  })
}

export type NewFailures = {
  id: string
  taskType: string
  reasonCode: string
  text: string
  sample: string
  n: number
  firstAt: Date
  lastAt: Date
  lastTaskId: string
  lastSchedule: string
  lastWorkerId: string | null
}
/** Adds failures to their groups; a group that was called mended is open again. */
export async function addFailures(tx: Tx, rows: readonly NewFailures[]): Promise<void> {
  for (const row of rows)
    await sqlOf(tx)({
      name: 'stats_add_failure',
      text: `INSERT INTO failure_group AS g (id, task_type_id, reason_code, text, sample, failures, first_at, last_at,
          last_task_id, last_schedule, last_worker_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (id) DO UPDATE SET failures = g.failures + excluded.failures, sample = excluded.sample,
          last_at = excluded.last_at, last_task_id = excluded.last_task_id, last_schedule = excluded.last_schedule,
          last_worker_id = excluded.last_worker_id,
          resolved_by = CASE WHEN g.resolved_at < excluded.last_at THEN NULL ELSE g.resolved_by END,
          resolved_at = CASE WHEN g.resolved_at < excluded.last_at THEN NULL ELSE g.resolved_at END`,
      values: [
        ...[row.id, row.taskType, row.reasonCode, row.text, row.sample, row.n],
        ...[row.firstAt, row.lastAt, row.lastTaskId, row.lastSchedule, row.lastWorkerId],
      ],
    })
}

/**
 * Looks at what is reserved of what is there, by worker and on the whole farm, and adds it to the kept figures; once a
 * minute, whoever asks. Gives whether it looked.
 */
export async function sample(tx: Tx, now: Date, onlineSeconds: { zimfarm: number; other: number }): Promise<boolean> {
  const rows = await sqlOf(tx)({
    name: 'stats_sample',
    text: `
      WITH turn AS (
        INSERT INTO log_cursor AS c (name, xid, number, at) VALUES ('samples', 0, 0, $1)
        ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE c.at <= $1::timestamptz - interval '60 seconds'
        RETURNING 1
      ), seen AS (
        SELECT id::text AS subject, reserved_cpu AS cu, cpu AS ct, reserved_memory / 1048576 AS mu, memory / 1048576 AS mt
        FROM worker, turn
        WHERE deleted_at IS NULL AND kind <> 'in_process' AND last_seen_at > $1::timestamptz - make_interval(secs =>
          CASE WHEN kind = 'zimfarm' THEN $2::int ELSE $3::int END)
      ), looks AS (
        SELECT 'worker' AS scope, subject, cu, ct, mu, mt FROM seen
        UNION ALL
        SELECT 'farm', '', coalesce(sum(cu), 0), coalesce(sum(ct), 0), coalesce(sum(mu), 0), coalesce(sum(mt), 0) FROM seen, turn
        HAVING count(*) > 0
      )
      INSERT INTO stat (span, scope, at, subject, samples, cpu_used, cpu_total, memory_used, memory_total)
      SELECT span, scope, date_trunc(span, $1::timestamptz, 'UTC'), subject, 1, cu, ct, mu, mt
      FROM looks CROSS JOIN (VALUES ('day'), ('hour')) AS spans (span) ORDER BY span, scope, subject
      ON CONFLICT (span, scope, at, subject) DO UPDATE SET samples = stat.samples + 1,
        cpu_used = stat.cpu_used + excluded.cpu_used, cpu_total = stat.cpu_total + excluded.cpu_total,
        memory_used = stat.memory_used + excluded.memory_used, memory_total = stat.memory_total + excluded.memory_total
      RETURNING 1`,
    values: [now, onlineSeconds.zimfarm, onlineSeconds.other],
  })
  return rows.length > 0
}

/** So many events are read at most that are not in the figures yet. */
const UNREAD = 50_000

/** What a worker has ended since ever: as it is kept, and what the log tells since the figures were last added to. */
export async function outcomesOf(
  sql: Sql,
  workerId: string,
): Promise<Record<'succeeded' | 'failed' | 'canceled', number>> {
  const [row] = await sql<Record<'succeeded' | 'failed' | 'canceled', number>>({
    name: 'outcomes_of_worker',
    text: `
      WITH place AS (
        SELECT coalesce(max(xid), 0) AS xid, coalesce(max(number), 0) AS number FROM log_cursor WHERE name = 'figures'
      ), kept AS (
        SELECT succeeded, failed, canceled FROM stat
        WHERE span = 'all' AND scope = 'worker' AND at = 'epoch' AND subject = $1::text
      ), unread AS (
        SELECT kind, worker_id FROM event WHERE (xid, id) > (SELECT xid, number FROM place) ORDER BY xid, id LIMIT ${UNREAD}
      )
      SELECT ${['succeeded', 'failed', 'canceled']
        .map(
          (what) => `(coalesce((SELECT ${what} FROM kept), 0)
            + (SELECT count(*) FROM unread WHERE worker_id = $1::text::uuid AND kind = 'task.${what}'))::int AS ${what}`,
        )
        .join(', ')}`,
    values: [workerId],
  })
  return row ?? { succeeded: 0, failed: 0, canceled: 0 }
}
