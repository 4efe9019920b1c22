import { forecast } from '#lib/core/forecast'
import { periodOf, PERIOD_DAYS } from '#lib/core/period'
import type { Periodicity } from '#lib/core/schedule'
import { expectedEnd } from '#lib/core/matching'
import { json } from '#lib/db/client'
import { sqlOf } from '#lib/db/sql'
import { everyWorker } from '#lib/db/why'
import type { Context, ReadContext } from '../context'
import type { Did } from '../periodic/job'
import { queueIds } from '#lib/db/waiting'
import { countTasks, inOrder } from '../tasks/list'
import { rulesFor } from '../tasks/rules'
import { QUEUED, queuedTasks, stateOfRunning, workerState } from '../tasks/states'

const NAME = 'outlook'
/** A queue up to here is played to its end; of a longer one only its beginning. */
const PLAYED = 400
/** So many overdue schedules are listed; all are counted. */
const LISTED = 200

export type Overdue = {
  name: string
  periodicity: Periodicity
  lastSuccessAt: string | null
  since: string
  failedInRow: number
}
export type Outlook = {
  at: string
  queued: number
  /** simulated: `decide` played with today's workers to the end; rate: queued tasks by how many ended a day of late; none: nothing to go by. */
  method: 'simulated' | 'rate' | 'none'
  emptyAt: string | null
  /** For `rate`: how many ended in an hour, on average. */
  perHour: number | null
  /** Tasks that nobody would take as things stand; known only where the whole queue was played. */
  stuck: number | null
  ticks: { taskId: string; name: string; workerId: string; from: number; to: number }[]
  overdue: { count: number; items: Overdue[] }
}

/** Works out when the queue will be empty, what comes next on each worker, and which schedules are overdue; for all who ask. */
export async function workOut(ctx: Context): Promise<Did> {
  const [outlook, overdue] = await Promise.all([lookAhead(ctx), overdueSchedules(ctx)])
  const body = json({ ...outlook, overdue }) as object
  const at = ctx.now()
  await ctx.db.workedOut.upsert({ where: { name: NAME }, create: { name: NAME, at, body }, update: { at, body } })
  return { queued: outlook.queued, ticks: outlook.ticks.length, overdue: overdue.count }
}

/** What was worked out last; null before the first dispatcher has run. */
export async function readOutlook(ctx: ReadContext): Promise<Outlook | null> {
  const row = await ctx.db.workedOut.findUnique({ where: { name: NAME } })
  return row === null ? null : (row.body as Outlook)
}

async function lookAhead(ctx: Context): Promise<Omit<Outlook, 'overdue'>> {
  const now = ctx.now()
  const [counts, workers] = await Promise.all([countTasks(ctx), everyWorker(sqlOf(ctx.db))])
  const queued = counts.requested
  const ids = await queueIds(ctx.db, null, {}, PLAYED)
  const found = await ctx.db.task.findMany({ where: { id: { in: ids } }, select: { ...QUEUED, scheduleName: true } })
  const rows = inOrder(ids, found)
  const states = workers.map((row) =>
    workerState({ ...row, lastSeenAt: row.lastSeen === null ? null : new Date(row.lastSeen) }, now),
  )
  const held = await ctx.db.task.findMany({
    where: { status: { in: ['reserved', 'started'] }, workerId: { not: null } },
    select: {
      id: true,
      workerId: true,
      cpu: true,
      memory: true,
      disk: true,
      platform: true,
      hosts: true,
      startedAt: true,
      reservedAt: true,
      expectedSeconds: true,
    },
  })
  const running = held.map((row) => {
    const since = row.startedAt ?? row.reservedAt ?? now
    const one = { ...row, workerId: row.workerId ?? '', memory: Number(row.memory), disk: Number(row.disk), since }
    return { ...stateOfRunning(one, now), endsAt: expectedEnd(since.getTime(), row.expectedSeconds, now.getTime()) }
  })
  const [queue, { policy, ...rules }] = await Promise.all([
    queuedTasks(
      ctx,
      rows,
      states.filter((state) => state.online).map((state) => state.id),
    ),
    rulesFor(ctx, { tasks: rows.map((row) => row.id) }),
  ])
  const seen = forecast({ ...rules, workers: states, queue, running }, now.getTime(), policy, PLAYED)
  const names = new Map(rows.map((row) => [row.id, row.scheduleName]))
  const ticks = seen.ticks.map((tick) => ({ ...tick, name: names.get(tick.taskId) ?? '' }))
  const base = { at: now.toISOString(), queued, ticks }
  if (queued <= rows.length)
    return {
      ...base,
      method: 'simulated',
      emptyAt: seen.emptyAt === null ? null : new Date(seen.emptyAt).toISOString(),
      perHour: null,
      stuck: seen.stuck.length,
    }
  const perHour = await endedPerHour(ctx)
  if (perHour === null) return { ...base, method: 'none', emptyAt: null, perHour: null, stuck: null }
  const emptyAt = new Date(now.getTime() + (queued / perHour) * 3_600_000)
  return { ...base, method: 'rate', emptyAt: emptyAt.toISOString(), perHour, stuck: null }
}

/** How many tasks ended in an hour, on average over the last day as far as there are figures. */
async function endedPerHour(ctx: Context): Promise<number | null> {
  const since = new Date(ctx.now().getTime() - 24 * 3_600_000)
  const rows = await ctx.db.stat.findMany({
    where: { span: 'hour', scope: 'farm', subject: '', at: { gte: since } },
    select: { at: true, succeeded: true, failed: true, canceled: true },
  })
  const ended = rows.reduce((sum, row) => sum + row.succeeded + row.failed + row.canceled, 0)
  const first = Math.min(...rows.map((row) => row.at.getTime()))
  const hours = Math.max(1 / 60, (ctx.now().getTime() - first) / 3_600_000)
  return ended === 0 ? null : ended / hours
}

/** Enabled schedules whose last success, or creation where there is none, is longer ago than their period (isOverdue in lib/core/period.ts). */
async function overdueSchedules(ctx: Context): Promise<Outlook['overdue']> {
  const periods = Object.keys(PERIOD_DAYS).flatMap((name) => {
    const period = periodOf(name as Periodicity)
    return period === null ? [] : [{ name, before: new Date(ctx.now().getTime() - period) }]
  })
  type Row = {
    name: string
    periodicity: Periodicity
    lastSuccessAt: Date | null
    since: Date
    failedInRow: number
    count: string
  }
  const rows = await sqlOf(ctx.db)<Row>({
    name: 'overdue_schedules',
    text: `SELECT s.name, s.periodicity, s.last_success_at AS "lastSuccessAt", coalesce(s.last_success_at, s.created_at) AS since,
        s.failed_in_row AS "failedInRow", count(*) OVER ()::text AS count
      FROM schedule s JOIN unnest($1::text[], $2::timestamptz[]) AS p (name, before) ON p.name = s.periodicity
      WHERE s.enabled AND s.archived_at IS NULL AND coalesce(s.last_success_at, s.created_at) < p.before
      ORDER BY p.before - coalesce(s.last_success_at, s.created_at) DESC, s.name LIMIT ${LISTED}`,
    values: [periods.map(({ name }) => name), periods.map(({ before }) => before)],
  })
  return {
    count: Number(rows[0]?.count ?? 0),
    items: rows.map(({ name, periodicity, lastSuccessAt, since, failedInRow }) => ({
      ...{ name, periodicity, failedInRow },
      lastSuccessAt: lastSuccessAt?.toISOString() ?? null,
      since: since.toISOString(),
    })),
  }
}

/** What is told before anything was worked out. */
export const NO_OUTLOOK = {
  ...{ at: null, queued: 0, method: 'none', emptyAt: null, perHour: null, stuck: null },
  overdue: { count: 0, items: [] },
} as const
