import type { Sql } from './sql'

/** A run of a task on a worker, from the event log: it stays when the task goes. */
export type Run = {
  workerId: string
  taskId: string
  name: string | null
  taskType: string | null
  attempt: number | null
  from: Date
  /** Null while it runs. */
  to: Date | null
  /** succeeded, failed or canceled; requested when the task went back to the queue; null while it runs. */
  outcome: string | null
  reasonCode: string | null
}

/**
 * What workers have run since a moment, the newest first, so many of each at most. A run begins with its reservation; its end is the first event
 * of the task after it that is one.
 */
export async function runsOf(
  sql: Sql,
  { workerIds, from, to, perWorker }: { workerIds: string[]; from: Date; to: Date; perWorker: number },
): Promise<Run[]> {
  return sql<Run>({
    name: 'runs_of_workers',
    text: `
      SELECT r.worker_id AS "workerId", r.task_id AS "taskId", t.schedule_name AS name, t.task_type_id AS "taskType",
        (r.data->>'attempt')::int AS attempt, r.at AS "from", e.at AS "to", substr(e.kind, 6) AS outcome,
        CASE WHEN e.kind = 'task.failed' THEN t.reason_code END AS "reasonCode"
      FROM unnest($1::uuid[]) AS w (id)
      CROSS JOIN LATERAL (
        SELECT id, at, task_id, worker_id, data FROM event
        WHERE worker_id = w.id AND kind = 'task.reserved' ORDER BY id DESC LIMIT $4
      ) r
      LEFT JOIN LATERAL (
        SELECT kind, at FROM event WHERE task_id = r.task_id AND id > r.id
          AND kind IN ('task.succeeded', 'task.failed', 'task.canceled', 'task.requested') ORDER BY id LIMIT 1
      ) e ON true
      LEFT JOIN task t ON t.id = r.task_id
      WHERE r.at < $3 AND coalesce(e.at, 'infinity') >= $2
      ORDER BY r.at DESC`,
    values: [workerIds, from, to, perWorker],
  })
}
