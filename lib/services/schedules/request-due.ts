import { dueAt, LONG_AGO, PERIOD_DAYS } from '#lib/core/period'
import { FINAL } from '#lib/core/task'
import { Prisma } from '#lib/db/client'
import { transaction, type Context, type TxContext } from '../context'
import type { Did, GoOn } from '../periodic/job'
import { insertTasks, ofSchedule, prepareTask, type PreparedTask } from '../tasks/request'
import { expectedSeconds } from './durations'
import { STANDING, standingOf } from './standing'

/** How many are looked for at once, and how many are requested in one transaction. */
const LOOK = 5_000
const BATCH = 500
/** Who asks for what is due (zimfarm.md §14.4). */
const PERIOD_SCHEDULER = { kind: 'system', username: 'period-scheduler' } as const

/**
 * Requests a task of each schedule that is due, at priority 0; nobody is told (zimfarm.md §14.4). A schedule of which
 * no task can be made is passed over, and does not stop the others.
 */
export async function requestDue(ctx: Context, goOn: GoOn): Promise<Did> {
  const did = { requested: 0, broken: 0 }
  const request = async (ids: string[]) => {
    const done = await transaction({ ...ctx, actor: PERIOD_SCHEDULER }, (tx) => requestThese(tx, ids))
    did.requested += done.requested
    did.broken += done.broken
  }
  let after: string | null = null
  for (;;) {
    const found = await candidates(ctx, after)
    for (let from = 0; from < found.length; from += BATCH) {
      const ids = found.slice(from, from + BATCH)
      if (!(await goOn())) return did
      try {
        await request(ids)
      } catch (error) {
        ctx.log.warn({ err: error, schedules: ids.length }, 'due schedules could not be requested together: one by one')
        for (const id of ids) {
          if (!(await goOn())) return did
          await request([id]).catch((why: unknown) => {
            did.broken += 1
            ctx.log.warn({ err: why, scheduleId: id }, 'a due schedule could not be requested')
          })
        }
      }
    }
    if (found.length < LOOK) return did
    after = found.at(-1) ?? null
  }
}

/** Schedules that look due, by id. `dueAt` has the word; this is its rule as a filter, so that the others need not be read. */
async function candidates(ctx: Context, after: string | null): Promise<string[]> {
  const now = ctx.now()
  const periods = Object.entries(PERIOD_DAYS).flatMap(([periodicity, days]) =>
    days === null ? [] : [Prisma.sql`(${periodicity}, make_interval(hours => ${days * 24}::int))`],
  )
  const rows = await ctx.db.$queryRaw<{ id: string }[]>`
    SELECT s.id FROM schedule s
    JOIN (VALUES ${Prisma.join(periods)}) AS p (periodicity, period) USING (periodicity)
    LEFT JOIN task t ON t.id = s.last_task_id
    WHERE s.enabled AND s.archived_at IS NULL AND s.periodicity <> 'manually'
      AND (${after}::uuid IS NULL OR s.id > ${after}::uuid)
      AND (t.id IS NULL OR t.status = ANY(${[...FINAL]}::task_status[]))
      AND coalesce(CASE s.period_from WHEN 'start' THEN t.started_at ELSE s.last_success_at END, ${LONG_AGO}) + p.period <= ${now}
      AND NOT EXISTS (SELECT 1 FROM task w WHERE w.schedule_id = s.id AND w.status = 'requested')
    ORDER BY s.id LIMIT ${LOOK}`
  return rows.map((row) => row.id)
}

async function requestThese(tx: TxContext, ids: string[]): Promise<{ requested: number; broken: number }> {
  const free = await tx.db.$queryRaw<{ id: string }[]>`
    SELECT id FROM schedule WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`
  const rows = await tx.db.schedule.findMany({
    where: { id: { in: free.map(({ id }) => id) } },
    include: STANDING,
  })
  const now = tx.now()
  const due = rows.filter((row) => (dueAt(standingOf(row)) ?? Infinity) <= now)
  const seconds = await expectedSeconds(
    tx,
    due.map((row) => row.id),
  )
  const tasks: PreparedTask[] = []
  for (const row of due) {
    try {
      const expected = { priority: 0, pinnedWorkerId: null, expectedSeconds: seconds(row.id) }
      tasks.push(await prepareTask(tx, { ...ofSchedule(row), ...expected }))
    } catch (error) {
      tx.log.warn({ err: error, schedule: row.name }, 'a due schedule could not be requested')
    }
  }
  const inserted = await insertTasks(tx, tasks)
  return { requested: inserted.length, broken: due.length - tasks.length }
}
