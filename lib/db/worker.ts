import type { Resources } from '#lib/core/resources'
import type { Db, Prisma, Tx } from './client'
import { rowOf } from './details'
import { sqlOf } from './sql'

export type WorkerRow = Prisma.WorkerGetPayload<object>
const BIG = ['memory', 'disk', 'reservedMemory', 'reservedDisk', 'availableMemory', 'availableDisk']

/** A worker by its id, or a living one of a living account by its name, with the account's name. */
export async function workerRow(
  db: Db | Tx,
  by: { id: string } | { name: string },
): Promise<(WorkerRow & { account: { username: string } }) | null> {
  const named = 'name' in by
  const [row] = await sqlOf(db)<Record<string, unknown> & { username: string }>({
    name: named ? 'worker_by_name' : 'worker_by_id',
    text: `SELECT w.*, a.username FROM worker w JOIN account a ON a.id = w.account_id
      WHERE ${named ? 'w.name = $1 AND w.deleted_at IS NULL AND a.deleted_at IS NULL' : 'w.id = $1'}`,
    values: [named ? by.name : by.id],
  })
  if (row === undefined) return null
  const { username, ...columns } = row
  return { ...rowOf<WorkerRow>(columns, BIG), account: { username } }
}

/** The account that a worker belongs to. */
export async function ownerOf(db: Db | Tx, workerId: string): Promise<string | null> {
  const [row] = await sqlOf(db)<{ owner: string }>({
    name: 'worker_owner',
    text: 'SELECT account_id AS owner FROM worker WHERE id = $1',
    values: [workerId],
  })
  return row?.owner ?? null
}

/** Notes that a worker has called and what it said of itself, and keeps the leases of the tasks that it holds in these stages. */
export async function noteSeen(
  db: Db | Tx,
  workerId: string,
  told: {
    now: Date
    ip: string | null
    stages: readonly string[]
    available?: Resources
    totals?: Partial<Resources>
  },
): Promise<void> {
  const { now, ip, stages, available, totals } = told
  await sqlOf(db)({
    name: 'worker_seen',
    text: `
      WITH leases AS (
        UPDATE task SET lease_expires_at = $2::timestamptz + make_interval(secs => lease_seconds)
        WHERE worker_id = $1::uuid AND status IN ('reserved', 'started') AND lease_expires_at > $2::timestamptz
          AND stage = ANY($4::text[]) AND cancel_requested_at IS NULL
        RETURNING id
      )
      UPDATE worker SET last_seen_at = $2::timestamptz, last_ip = coalesce($3::text, last_ip),
        available_cpu = coalesce($5::int, available_cpu), available_memory = coalesce($6::bigint, available_memory),
        available_disk = coalesce($7::bigint, available_disk), cpu = coalesce($8::int, cpu),
        memory = coalesce($9::bigint, memory), disk = coalesce($10::bigint, disk)
      FROM (SELECT count(*) FROM leases) AS first
      WHERE worker.id = $1::uuid`,
    values: [
      ...[workerId, now, ip, stages],
      ...[available?.cpu, available?.memory, available?.disk],
      ...[totals?.cpu, totals?.memory, totals?.disk],
    ],
  })
}

export type Duration = { seconds: number; measuredAt: Date; worker: string | null }
/** What the work of a task's schedule takes on a worker: as measured there, else the schedule's default; null without either. */
export async function durationOn(db: Db | Tx, taskId: string, workerId: string): Promise<Duration | null> {
  const [row] = await sqlOf(db)<Duration>({
    name: 'duration_on',
    text: `SELECT d.seconds, d.measured_at AS "measuredAt", w.name AS worker
      FROM task t JOIN schedule_duration d ON d.schedule_id = t.schedule_id LEFT JOIN worker w ON w.id = d.worker_id
      WHERE t.id = $1 AND (d.worker_id = $2 OR d.worker_id IS NULL) ORDER BY d.worker_id NULLS LAST LIMIT 1`,
    values: [taskId, workerId],
  })
  return row ?? null
}
