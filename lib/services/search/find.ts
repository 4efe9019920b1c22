import type { TaskStatus } from '#lib/core/task'
import { Prisma } from '#lib/db/client'
import type { ReadContext } from '../context'

/** How many of each kind are told, and how many fitting names are looked at to find the best of them. */
const SHOWN = 7
const LOOKED_AT = 2_000

export type Found = {
  schedules: { name: string; taskType: string }[]
  tasks: { id: string; schedule: string; status: TaskStatus; updatedAt: Date }[]
  workers: { name: string }[]
}

/** The best few schedules, tasks and workers for what somebody types; as quick on a big farm as on a small one. */
export async function find(ctx: ReadContext, q: string): Promise<Found> {
  const text = q.toLowerCase().replace(/[\\%_]/g, '\\$&')
  const [inside, begin] = [`%${text}%`, `${text}%`]
  const [schedules, tasks, workers] = await Promise.all([
    ctx.db.$queryRaw<Found['schedules']>`
      SELECT s.name, s.task_type_id AS "taskType"
      FROM (SELECT schedule_id, text FROM schedule_name WHERE text LIKE ${inside} LIMIT ${LOOKED_AT}) n
      JOIN schedule s ON s.id = n.schedule_id AND s.archived_at IS NULL
      ORDER BY (n.text LIKE ${begin}) DESC, length(n.text), n.text LIMIT ${SHOWN}`,
    tasksOf(ctx, q.toLowerCase(), inside),
    ctx.db.$queryRaw<Found['workers']>`
      SELECT w.name FROM worker w JOIN account a ON a.id = w.account_id
      WHERE lower(w.name) LIKE ${inside} AND w.deleted_at IS NULL AND a.deleted_at IS NULL AND w.kind <> 'in_process'
      ORDER BY (lower(w.name) LIKE ${begin}) DESC, w.name LIMIT ${SHOWN}`,
  ])
  return { schedules, tasks, workers }
}

/** By the beginning of an id; else those that run, by the name of their schedule. */
function tasksOf(ctx: ReadContext, q: string, inside: string): Promise<Found['tasks']> {
  const digits = /^[0-9a-f-]{4,36}$/.test(q) ? q.replaceAll('-', '') : ''
  const where =
    digits.length >= 4
      ? Prisma.sql`id BETWEEN ${digits.padEnd(32, '0')}::uuid AND ${digits.padEnd(32, 'f')}::uuid`
      : Prisma.sql`status IN ('reserved', 'started') AND lower(schedule_name) LIKE ${inside}`
  return ctx.db.$queryRaw<Found['tasks']>`
    SELECT id, schedule_name AS schedule, status, updated_at AS "updatedAt" FROM task WHERE ${where} LIMIT ${SHOWN}`
}
