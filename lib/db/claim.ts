import { MOVES } from '#lib/core/task'
import type { Db, Prisma, Tx } from './client'
import { rowOf } from './details'
import { sqlOf, type Sql } from './sql'

export type Claim = {
  taskId: string
  workerId: string
  now: Date
  leaseSeconds: number
  /** Who takes it, for the event. */
  actor: string
}
export type Claimed = { fence: number; attempt: number }

const HOLDING = MOVES.requeue.from.map((status) => `'${status}'`).join(', ')
const FROM = MOVES.reserve.from.map((status) => `'${status}'`).join(', ')
const CLAIM = `
  WITH holder AS (
    SELECT * FROM worker WHERE id = $2::uuid AND deleted_at IS NULL AND cordoned_at IS NULL AND disabled_at IS NULL
    FOR NO KEY UPDATE
  ), claimed AS (
    UPDATE task SET
      status = '${MOVES.reserve.to}', worker_id = $2::uuid, fence = fence + 1, attempt = attempt + 1,
      lease_seconds = $4::int, lease_expires_at = $3::timestamptz + make_interval(secs => $4::int),
      reserved_at = $3::timestamptz, started_at = NULL, stage = NULL, progress = NULL, updated_at = $3::timestamptz,
      expected_seconds = coalesce(
        (SELECT d.seconds FROM schedule_duration d WHERE d.schedule_id = task.schedule_id AND d.worker_id = $2::uuid),
        task.expected_seconds
      ),
      history = (history::jsonb || $5::jsonb)::json
    FROM holder
    WHERE task.id = $1::uuid AND task.status IN (${FROM})
      AND (task.not_before IS NULL OR task.not_before <= $3::timestamptz)
      AND (task.pinned_worker_id IS NULL OR task.pinned_worker_id = $2::uuid)
      AND holder.reserved_cpu + task.cpu <= holder.cpu
      AND holder.reserved_memory + task.memory <= holder.memory
      AND holder.reserved_disk + task.disk <= holder.disk
    RETURNING task.fence, task.attempt, task.cpu, task.memory, task.disk, task.schedule_id
  ), held AS (
    UPDATE worker SET
      reserved_cpu = worker.reserved_cpu + c.cpu,
      reserved_memory = worker.reserved_memory + c.memory,
      reserved_disk = worker.reserved_disk + c.disk
    FROM claimed c WHERE worker.id = $2::uuid
  ), latest AS (
    UPDATE schedule SET last_task_id = $1::uuid FROM claimed c WHERE schedule.id = c.schedule_id
  ), counted AS (
    INSERT INTO task_count (status, shard, n)
    SELECT change.* FROM claimed,
      (VALUES ('requested'::task_status, $6::int, -1), ('${MOVES.reserve.to}'::task_status, $6::int, 1)) AS change
    ON CONFLICT (status, shard) DO UPDATE SET n = task_count.n + excluded.n
  ), told AS (
    INSERT INTO event (at, kind, actor, task_id, schedule_id, worker_id, data)
    SELECT $3::timestamptz, 'task.${MOVES.reserve.to}', $7::text, $1::uuid, c.schedule_id, $2::uuid,
      jsonb_build_object('move', 'reserve', 'from', 'requested', 'attempt', c.attempt, 'fence', c.fence)
    FROM claimed c
  ), offers AS (
    DELETE FROM task_offer USING claimed WHERE task_id = $1::uuid
  )
  SELECT fence, attempt FROM claimed`

/**
 * Takes a task for a worker in one statement: the task must still wait, the worker must have room and be in service.
 * Null when it is not so. The worker's reservation is part of the statement, so that takes at the same moment cannot
 * exceed its resources; so are the event, the counts and the schedule's latest task.
 */
export async function claim(sql: Sql, { taskId, workerId, now, leaseSeconds, actor }: Claim): Promise<Claimed | null> {
  const entry = JSON.stringify([{ code: MOVES.reserve.to, at: now.toISOString() }])
  const values = [taskId, workerId, now, leaseSeconds, entry, shardOf(taskId), actor]
  const [row] = await sql<Claimed>({ name: 'claim', text: CLAIM, values })
  return row ?? null
}

/** Counts of tasks by status are kept in 16 rows a status, so that moves at the same moment seldom wait for each other. */
const shardOf = (taskId: string) => parseInt(taskId.slice(-1), 16)

/** A task's row, with the account that its worker belongs to. */
export type LockedTask = Prisma.TaskGetPayload<object> & { workerAccountId: string | null }
/** A task's row, locked until the transaction ends; null when there is no such task. */
export async function lockTask(tx: Tx, taskId: string): Promise<LockedTask | null> {
  const [row] = await sqlOf(tx)<Record<string, unknown>>({
    name: 'lock_task',
    text: `SELECT t.*, (SELECT account_id FROM worker w WHERE w.id = t.worker_id) AS worker_account_id
      FROM task t WHERE t.id = $1 FOR UPDATE OF t`,
    values: [taskId],
  })
  return row === undefined ? null : rowOf<LockedTask>(row, ['memory', 'disk'])
}

// Tasks before their worker, as in a move: whoever locks both does it in this order.
type Held = { id: string; fence: number; cancelRequestedAt: Date | null; leaseExpiresAt: Date }
/** Renews the leases of these tasks that the worker holds and that have not run out, notes that it called, and gives them. */
export async function renewHeld(
  db: Db | Tx,
  { workerId, taskIds, now }: { workerId: string; taskIds: string[]; now: Date },
): Promise<Held[]> {
  return sqlOf(db)<Held>({
    name: 'renew_held',
    text: `
      WITH held AS (
        UPDATE task SET lease_expires_at = $2::timestamptz + make_interval(secs => lease_seconds)
        WHERE id = ANY($3::uuid[]) AND worker_id = $1::uuid AND status IN (${HOLDING}) AND lease_expires_at > $2::timestamptz
        RETURNING id, fence, cancel_requested_at, lease_expires_at
      ), called AS (
        UPDATE worker SET last_seen_at = $2::timestamptz FROM (SELECT count(*) FROM held) AS first WHERE id = $1::uuid
      )
      SELECT id, fence, cancel_requested_at AS "cancelRequestedAt", lease_expires_at AS "leaseExpiresAt" FROM held`,
    values: [workerId, now, taskIds],
  })
}

/** Tasks whose lease has run out, oldest first; without those of agents where these are to be spared. */
export async function expiredLeases(
  tx: Tx,
  now: Date,
  { limit, agents }: { limit: number; agents: boolean },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM task
    WHERE status = ANY(${[...MOVES.requeue.from]}::task_status[]) AND lease_expires_at <= ${now}
      AND (${agents} OR NOT EXISTS (SELECT 1 FROM worker WHERE worker.id = task.worker_id AND worker.kind = 'agent'))
    ORDER BY lease_expires_at LIMIT ${limit}`
  return rows.map((row) => row.id)
}

/** Gives back what a task had reserved on its worker. */
export async function release(
  tx: Tx,
  workerId: string,
  need: { cpu: number; memory: bigint; disk: bigint },
): Promise<void> {
  await sqlOf(tx)({
    name: 'release',
    text: `UPDATE worker SET
        reserved_cpu = greatest(0, reserved_cpu - $2),
        reserved_memory = greatest(0, reserved_memory - $3),
        reserved_disk = greatest(0, reserved_disk - $4)
      WHERE id = $1`,
    values: [workerId, need.cpu, need.memory, need.disk],
  })
}

/** Keeps the counts of tasks by status. */
export async function count(tx: Tx, changes: { taskId: string; status: string; by: number }[]): Promise<void> {
  const sums = new Map<string, { status: string; shard: number; by: number }>()
  for (const { taskId, status, by } of changes) {
    const shard = shardOf(taskId)
    const key = `${status} ${String(shard).padStart(2, '0')}`
    const sum = sums.get(key) ?? { status, shard, by: 0 }
    sum.by += by
    sums.set(key, sum)
  }
  const rows = [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
  if (rows.length === 0) return
  await sqlOf(tx)({
    name: 'count_tasks',
    text: `INSERT INTO task_count (status, shard, n)
      SELECT * FROM unnest($1::task_status[], $2::int[], $3::bigint[])
      ON CONFLICT (status, shard) DO UPDATE SET n = task_count.n + excluded.n`,
    values: [rows.map((row) => row.status), rows.map((row) => row.shard), rows.map((row) => row.by)],
  })
}
