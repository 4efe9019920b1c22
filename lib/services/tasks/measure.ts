import type { HistoryEntry } from '#lib/core/task'
import { later, sqlOf } from '#lib/db/sql'
import type { TxContext } from '../context'
import type { TaskRow } from './move'

/**
 * Keeps how long the schedule's work took on this worker: from the start to the end of the program, in whole seconds;
 * the latest counts (zimfarm.md §9). `endedAt` is now when the task tells no end of its program.
 */
export async function measureDuration(tx: TxContext, task: TaskRow, endedAt?: Date): Promise<void> {
  if (task.scheduleId === null || task.workerId === null || task.startedAt === null) return
  const uploading = (task.history as HistoryEntry[]).findLast(
    (entry) => entry.code === 'uploading' && entry.attempt === task.attempt,
  )
  const end = endedAt ?? (uploading === undefined ? tx.now() : new Date(uploading.at))
  const seconds = Math.max(0, Math.floor((end.getTime() - task.startedAt.getTime()) / 1000))
  const measured = sqlOf(tx.db)({
    name: 'measure',
    text: `INSERT INTO schedule_duration (id, schedule_id, worker_id, seconds, measured_at)
      VALUES (gen_random_uuid(), $1, $2, $3, $4)
      ON CONFLICT (schedule_id, worker_id) DO UPDATE SET seconds = excluded.seconds, measured_at = excluded.measured_at
      WHERE schedule_duration.measured_at <= excluded.measured_at`,
    values: [task.scheduleId, task.workerId, seconds, end],
  })
  await later(tx.db, measured)
}
