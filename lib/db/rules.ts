import type { BreakerKind, OpenBreaker, Pause, Slot } from '#lib/core/matching'
import { ACTIVE } from '#lib/core/task'
import { ONLINE_SECONDS } from '#lib/core/worker'
import type { Sql } from './sql'

export type LimitRow = { kind: 'platform' | 'host'; subject: string; total: number | null; perWorker: number | null }
export type RuleRows = { limits: LimitRow[]; pauses: Pause[]; breakers: OpenBreaker[]; slots: Slot[] }

const millis = (column: string) => `floor(extract(epoch FROM ${column}) * 1000)`
const list = (fields: string, from: string) =>
  `(SELECT coalesce(json_agg(json_build_object(${fields})), '[]') FROM ${from})`
const RULES = `SELECT
  ${list(`'kind', kind, 'subject', subject, 'total', total, 'perWorker', per_worker`, 'run_limit')} AS limits,
  ${list(
    `'id', id, 'scope', scope, 'subject', subject, 'reason', reason, 'author', author, 'until', ${millis('until')}`,
    'pause WHERE ended_at IS NULL AND (until IS NULL OR until > $1::timestamptz)',
  )} AS pauses,
  ${list(
    `'kind', b.kind, 'subject', b.subject, 'since', ${millis('b.opened_at')}, 'failures', b.failures,
     'retryAt', ${millis('b.retry_at')}, 'probing', probe.id IS NOT NULL`,
    `breaker b LEFT JOIN task probe ON probe.id = b.probe_task_id
       AND probe.status IN (${ACTIVE.map((status) => `'${status}'`).join(', ')})
     WHERE b.opened_at IS NOT NULL`,
  )} AS breakers,
  ${list(
    `'taskId', s.task_id, 'workerId', s.worker_id, 'startsAt', ${millis('s.starts_at')}`,
    `run_slot s JOIN worker w ON w.id = s.worker_id
     WHERE s.worker_id = $3::uuid OR (s.task_id = ANY($2::uuid[])
       AND w.deleted_at IS NULL AND w.cordoned_at IS NULL AND w.disabled_at IS NULL
       AND w.last_seen_at > $1::timestamptz - make_interval(secs =>
         CASE WHEN w.kind = 'zimfarm' THEN ${ONLINE_SECONDS.zimfarm} ELSE ${ONLINE_SECONDS.agent} END))`,
  )} AS slots`

/**
 * What people and failures have set for the farm, in one query: limits, pauses that hold, open breakers, and the slots
 * of the given tasks and of the given worker. A slot counts only while its worker is in service and online.
 */
export async function ruleRows(sql: Sql, now: Date, tasks: string[], workerId: string | null): Promise<RuleRows> {
  const [row] = await sql<RuleRows>({ name: 'rules', text: RULES, values: [now, tasks, workerId] })
  return row ?? { limits: [], pauses: [], breakers: [], slots: [] }
}

/** Room that a worker keeps from now on; null for none. The row of a task that another worker had moves over. */
export async function writeSlot(sql: Sql, workerId: string, slot: Slot | null): Promise<void> {
  await sql({
    name: 'forget_slots',
    text: `DELETE FROM run_slot WHERE worker_id = $1::uuid AND task_id IS DISTINCT FROM $2::uuid`,
    values: [workerId, slot?.taskId ?? null],
  })
  if (slot === null) return
  await sql({
    name: 'keep_slot',
    text: `INSERT INTO run_slot (task_id, worker_id, starts_at)
      SELECT id, $2::uuid, $3::timestamptz FROM task WHERE id = $1::uuid AND status = 'requested'
      ON CONFLICT (task_id) DO UPDATE SET worker_id = excluded.worker_id, starts_at = excluded.starts_at`,
    values: [slot.taskId, workerId, new Date(slot.startsAt)],
  })
}

/** Waits for its turn with whoever counts or tries the same things, until the transaction ends. */
export async function takeTurns(sql: Sql, keys: readonly string[]): Promise<void> {
  for (const key of [...new Set(keys)].sort())
    await sql({
      name: 'take_turn',
      text: 'SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))::text AS turn',
      values: [key],
    })
}

/** Whether anything has failed lately that one of these points at. */
export async function hasFailures(
  sql: Sql,
  subjects: readonly { kind: BreakerKind; subject: string }[],
): Promise<boolean> {
  const rows = await sql({
    name: 'has_failures',
    text: 'SELECT 1 FROM breaker WHERE (kind, subject) IN (SELECT * FROM unnest($1::text[], $2::text[])) LIMIT 1',
    values: [subjects.map(({ kind }) => kind), subjects.map(({ subject }) => subject)],
  })
  return rows.length > 0
}

/** Notes that a task is the one that an open breaker lets try. */
export async function noteProbe(
  sql: Sql,
  taskId: string,
  tried: readonly { kind: BreakerKind; subject: string }[],
): Promise<void> {
  for (const { kind, subject } of tried)
    await sql({
      name: 'note_probe',
      text: `UPDATE breaker SET probe_task_id = $1::uuid WHERE kind = $2 AND subject = $3 AND opened_at IS NOT NULL`,
      values: [taskId, kind, subject],
    })
}
