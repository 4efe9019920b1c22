import type { Db, Prisma, Tx } from './client'
import { sqlOf } from './sql'

type TaskRow = Prisma.TaskGetPayload<object>
type FileRow = Prisma.FileGetPayload<object>
type ReportRow = Prisma.TaskReportGetPayload<object>
type Name = { name: string } | null
export type DetailsRow = TaskRow & {
  schedule: Name
  worker: Name
  pinnedWorker: Name
  report: ReportRow | null
  files: FileRow[]
}

/** Columns whose names in Prisma's schema are not their own in camel case. */
const NAMES: Record<string, string> = { check_result: 'check' }
const fields = new Map<string, string>()
function fieldOf(column: string): string {
  let field = fields.get(column)
  if (field === undefined) {
    field = NAMES[column] ?? column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    fields.set(column, field)
  }
  return field
}
/** A row as Prisma gives it: its names; its dates where it comes by way of JSON; its big numbers. */
export function rowOf<T>(columns: Record<string, unknown>, big: readonly string[], dates: readonly string[] = []): T {
  const row: Record<string, unknown> = {}
  for (const [column, value] of Object.entries(columns)) {
    const field = fieldOf(column)
    if (value === null) row[field] = null
    else if (big.includes(field)) row[field] = BigInt(value as string | number)
    else if (dates.includes(field)) row[field] = new Date(value as string)
    else row[field] = value
  }
  return row as T
}
const DATES = [
  'createdAt',
  'updatedAt',
  'uploadedAt',
  'failedAt',
  'outputAt',
  'expiresAt',
  'retryAt',
  'orphanedAt',
  'checkUploadedAt',
]

type Raw = Record<string, unknown> & {
  names: [string | null, string | null, string | null]
  report: Record<string, unknown> | null
  files: Record<string, unknown>[] | null
}

/** A task with its report, its files and the names that it refers to: one statement, because the doors ask for it all the time. */
export async function detailsRow(db: Db | Tx, taskId: string): Promise<DetailsRow | null> {
  const [raw] = await sqlOf(db)<Raw>({
    name: 'details',
    text: `
      SELECT t.*, ARRAY[s.name, w.name, p.name] AS names, row_to_json(r) AS report,
        (SELECT json_agg(f ORDER BY f.created_at) FROM file f WHERE f.task_id = t.id) AS files
      FROM task t
      LEFT JOIN schedule s ON s.id = t.schedule_id
      LEFT JOIN worker w ON w.id = t.worker_id
      LEFT JOIN worker p ON p.id = t.pinned_worker_id
      LEFT JOIN task_report r ON r.task_id = t.id
      WHERE t.id = $1`,
    values: [taskId],
  })
  if (raw === undefined) return null
  const { names, report, files, ...columns } = raw
  const [schedule, worker, pinnedWorker] = names.map((name): Name => (name === null ? null : { name }))
  return {
    ...rowOf<TaskRow>(columns, ['memory', 'disk']),
    schedule: schedule ?? null,
    worker: worker ?? null,
    pinnedWorker: pinnedWorker ?? null,
    report: report === null ? null : rowOf<ReportRow>(report, [], DATES),
    files: (files ?? []).map((file) => rowOf<FileRow>(file, ['size'], DATES)),
  }
}

/** A task's row alone. */
export async function taskRow(db: Db | Tx, taskId: string): Promise<TaskRow | null> {
  const [row] = await sqlOf(db)<Record<string, unknown>>({
    name: 'task',
    text: 'SELECT * FROM task WHERE id = $1',
    values: [taskId],
  })
  return row === undefined ? null : rowOf<TaskRow>(row, ['memory', 'disk'])
}

type Standing = Pick<TaskRow, 'status' | 'stage' | 'fence' | 'cancelRequestedAt'>
/** How a task stands; null when there is no such task. */
export async function standingOf(db: Db | Tx, taskId: string): Promise<Standing | null> {
  const [row] = await sqlOf(db)<Standing>({
    name: 'standing',
    text: 'SELECT status, stage, fence, cancel_requested_at AS "cancelRequestedAt" FROM task WHERE id = $1',
    values: [taskId],
  })
  return row ?? null
}

/** What the task's program ended with, as far as it was told. */
export async function exitCodeOf(db: Db | Tx, taskId: string): Promise<number | null> {
  const [row] = await sqlOf(db)<{ code: number | null }>({
    name: 'exit_code',
    text: 'SELECT exit_code AS code FROM task_report WHERE task_id = $1',
    values: [taskId],
  })
  return row?.code ?? null
}
