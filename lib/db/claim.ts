import { MOVES } from '#lib/core/task'
import { Prisma, type Tx } from './client'

export type Claim = { taskId: string; workerId: string; now: Date; leaseSeconds: number }
export type Claimed = { fence: number; attempt: number; held: boolean }

/**
 * Takes a task for a worker in one statement: the task must still wait, the worker must have room and not be cordoned.
 * Null when somebody else was quicker. `held: false` when the worker has no room: the caller must roll back.
 * The worker's reservation is part of the statement, so that takes at the same moment cannot exceed its resources.
 */
export async function claim(tx: Tx, { taskId, workerId, now, leaseSeconds }: Claim): Promise<Claimed | null> {
  const entry = (code: string) => JSON.stringify([{ code, at: now.toISOString() }])
  const rows = await tx.$queryRaw<Claimed[]>`
    WITH claimed AS (
      UPDATE task SET
        status = ${MOVES.reserve.to}::task_status, worker_id = ${workerId}::uuid, fence = fence + 1, attempt = attempt + 1,
        lease_seconds = ${leaseSeconds}, lease_expires_at = ${now}::timestamptz + make_interval(secs => ${leaseSeconds}),
        reserved_at = ${now}, started_at = NULL, stage = NULL, progress = NULL, updated_at = ${now},
        history = (history::jsonb || ${entry(MOVES.reserve.to)}::jsonb)::json
      WHERE id = ${taskId}::uuid AND status = ANY(${[...MOVES.reserve.from]}::task_status[])
        AND (not_before IS NULL OR not_before <= ${now})
        AND (pinned_worker_id IS NULL OR pinned_worker_id = ${workerId}::uuid)
      RETURNING fence, attempt, cpu, memory, disk
    ), held AS (
      UPDATE worker w SET
        reserved_cpu = w.reserved_cpu + c.cpu,
        reserved_memory = w.reserved_memory + c.memory,
        reserved_disk = w.reserved_disk + c.disk
      FROM claimed c
      WHERE w.id = ${workerId}::uuid AND w.deleted_at IS NULL AND w.cordoned_at IS NULL
        AND w.reserved_cpu + c.cpu <= w.cpu AND w.reserved_memory + c.memory <= w.memory AND w.reserved_disk + c.disk <= w.disk
      RETURNING w.id
    )
    SELECT fence, attempt, EXISTS (SELECT 1 FROM held) AS held FROM claimed`
  return rows[0] ?? null
}

/** Locks a task's row until the transaction ends; false when there is no such task. */
export async function lockTask(tx: Tx, taskId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM task WHERE id = ${taskId}::uuid FOR UPDATE`
  return rows.length > 0
}

/** Tasks whose lease has run out, oldest first; those that another sweep works on are left to it. */
export async function expiredLeases(tx: Tx, now: Date, limit: number): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM task
    WHERE status = ANY(${[...MOVES.requeue.from]}::task_status[]) AND lease_expires_at <= ${now}
    ORDER BY lease_expires_at LIMIT ${limit}`
  return rows.map((row) => row.id)
}

/** Gives back what a task had reserved on its worker. */
export async function release(
  tx: Tx,
  workerId: string,
  need: { cpu: number; memory: bigint; disk: bigint },
): Promise<void> {
  await tx.$executeRaw`
    UPDATE worker SET
      reserved_cpu = greatest(0, reserved_cpu - ${need.cpu}),
      reserved_memory = greatest(0, reserved_memory - ${need.memory}),
      reserved_disk = greatest(0, reserved_disk - ${need.disk})
    WHERE id = ${workerId}::uuid`
}

/** Keeps the counts of tasks by status: 16 rows a status, so that moves at the same moment seldom wait for each other. */
export async function count(tx: Tx, changes: { taskId: string; status: string; by: number }[]): Promise<void> {
  const sums = new Map<string, { status: string; shard: number; by: number }>()
  for (const { taskId, status, by } of changes) {
    const shard = parseInt(taskId.slice(-1), 16)
    const key = `${status} ${String(shard).padStart(2, '0')}`
    const sum = sums.get(key) ?? { status, shard, by: 0 }
    sum.by += by
    sums.set(key, sum)
  }
  const rows = [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
  if (rows.length === 0) return
  await tx.$executeRaw`
    INSERT INTO task_count (status, shard, n)
    VALUES ${Prisma.join(rows.map((row) => Prisma.sql`(${row.status}::task_status, ${row.shard}, ${row.by})`))}
    ON CONFLICT (status, shard) DO UPDATE SET n = task_count.n + excluded.n`
}
