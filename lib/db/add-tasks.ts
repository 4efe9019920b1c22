import { MOVES } from '#lib/core/task'
import type { Tx } from './client'
import { sqlOf } from './sql'

/** The row of a new task, by its columns; what is not here has its default. */
export type NewTaskRow = {
  id: string
  task_type_id: string
  definition_version: string
  schedule_id: string | null
  schedule_name: string
  priority: number
  requested_by: string
  config: unknown
  image: string | null
  shape_id: number
  hosts: readonly string[]
  cpu: number
  memory: number
  disk: number
  platform: string | null
  context: string
  expected_seconds: number
  upload: unknown
  notification: unknown
  notification_format: string
  pinned_worker_id: string | null
  max_attempts: number
  history: unknown
}

const COLUMNS: Record<keyof NewTaskRow, string> = {
  id: 'uuid',
  task_type_id: 'text',
  definition_version: 'text',
  schedule_id: 'uuid',
  schedule_name: 'text',
  priority: 'int',
  requested_by: 'text',
  config: 'json',
  image: 'text',
  shape_id: 'int',
  hosts: 'text[]',
  cpu: 'int',
  memory: 'bigint',
  disk: 'bigint',
  platform: 'text',
  context: 'text',
  expected_seconds: 'int',
  upload: 'json',
  notification: 'json',
  notification_format: 'text',
  pinned_worker_id: 'uuid',
  max_attempts: 'int',
  history: 'json',
}
const NAMES = Object.keys(COLUMNS).join(', ')
const TYPED = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`)
const STATUS = MOVES.reserve.from[0]

const ADD = `
  WITH given AS (
    SELECT * FROM json_to_recordset($1::json) AS one (${TYPED.join(', ')})
  ), added AS (
    INSERT INTO task (${NAMES}, status, requested_at, updated_at)
    SELECT ${NAMES}, '${STATUS}', $2::timestamptz, $2::timestamptz FROM given
    ON CONFLICT (schedule_id, pinned_worker_id) WHERE status = '${STATUS}' AND fence = 0 AND schedule_id IS NOT NULL DO NOTHING
    RETURNING id, schedule_id, priority, requested_by
  ), reports AS (
    INSERT INTO task_report (task_id, updated_at) SELECT id, $2::timestamptz FROM added
  ), counted AS (
    INSERT INTO task_count (status, shard, n)
    SELECT '${STATUS}', ('x' || right(id::text, 1))::bit(4)::int AS shard, count(*) FROM added GROUP BY 2 ORDER BY 2
    ON CONFLICT (status, shard) DO UPDATE SET n = task_count.n + excluded.n
  ), told AS (
    INSERT INTO event (at, kind, actor, task_id, schedule_id, data)
    SELECT $2::timestamptz, 'task.${STATUS}', requested_by, id, schedule_id, jsonb_build_object('priority', priority) FROM added
  )
  SELECT id FROM added`

/**
 * Puts tasks into the queue in one statement, with their reports, counts and events. Those whose schedule waits already
 * are left out; gives the ids of the others.
 */
export async function addTasks(tx: Tx, rows: readonly NewTaskRow[], now: Date): Promise<string[]> {
  if (rows.length === 0) return []
  const added = await sqlOf(tx)<{ id: string }>({ name: 'add_tasks', text: ADD, values: [JSON.stringify(rows), now] })
  return added.map((row) => row.id)
}
