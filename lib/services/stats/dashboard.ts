import { CroftError } from '#lib/core/error'
import { quantile, RANGES, spansOf, type Range } from '#lib/core/stats'
import type { ReasonCode } from '#lib/core/task'
import { sqlOf } from '#lib/db/sql'
import { actorName, demand, transaction, type Context, type ReadContext } from '../context'
import { appendEvent } from '../events/append'

export type Numbers = {
  requested: number
  succeeded: number
  failed: number
  canceled: number
  returned: number
  runSeconds: number
  /** Of the cores and the memory that were there, the share that was reserved, 0 to 1; null where nobody looked. */
  cpuShare: number | null
  memoryShare: number | null
  waitP50: number | null
  waitP90: number | null
}
type SumRow = Record<'requested' | 'succeeded' | 'failed' | 'canceled' | 'returned' | 'runSeconds', number> &
  Record<'cpuUsed' | 'cpuTotal' | 'memoryUsed' | 'memoryTotal', number>
const SUMS = `sum(requested)::int AS requested, sum(succeeded)::int AS succeeded, sum(failed)::int AS failed,
  sum(canceled)::int AS canceled, sum(returned)::int AS returned, sum(run_seconds)::float8 AS "runSeconds",
  sum(cpu_used)::float8 AS "cpuUsed", sum(cpu_total)::float8 AS "cpuTotal",
  sum(memory_used)::float8 AS "memoryUsed", sum(memory_total)::float8 AS "memoryTotal"`
const share = (used: number, total: number) => (total === 0 ? null : used / total)
const NOTHING: SumRow = {
  ...{ requested: 0, succeeded: 0, failed: 0, canceled: 0, returned: 0, runSeconds: 0 },
  ...{ cpuUsed: 0, cpuTotal: 0, memoryUsed: 0, memoryTotal: 0 },
}

const numbersOf = (row: SumRow, waits: ReadonlyMap<number, number>): Numbers => ({
  requested: row.requested,
  succeeded: row.succeeded,
  failed: row.failed,
  canceled: row.canceled,
  returned: row.returned,
  runSeconds: row.runSeconds,
  cpuShare: share(row.cpuUsed, row.cpuTotal),
  memoryShare: share(row.memoryUsed, row.memoryTotal),
  waitP50: quantile(waits, 0.5),
  waitP90: quantile(waits, 0.9),
})

/** How many fell in each step, by what a row is about. */
function waitsBy(rows: readonly { key: string; step: number; n: number }[]): Map<string, Map<number, number>> {
  const by = new Map<string, Map<number, number>>()
  for (const { key, step, n } of rows) by.set(key, (by.get(key) ?? new Map<number, number>()).set(step, n))
  return by
}
function together(all: Iterable<ReadonlyMap<number, number>>): Map<number, number> {
  const sum = new Map<number, number>()
  for (const one of all) for (const [step, n] of one) sum.set(step, (sum.get(step) ?? 0) + n)
  return sum
}
const NO_WAITS = new Map<number, number>()

export type Dashboard = {
  range: Range
  from: Date
  totals: Numbers
  series: (Numbers & { at: Date })[]
  /** Up to when the log has been read into the figures; null before the first dispatcher has run. */
  countedUpTo: Date | null
}

/** The farm's figures over a range, from what is kept: its cost does not grow with the history. */
export async function dashboard(ctx: ReadContext, range: Range): Promise<Dashboard> {
  const begins = spansOf(range, ctx.now().getTime())
  const { span } = RANGES[range]
  const from = new Date(begins[0] ?? 0)
  const sql = sqlOf(ctx.db)
  const [rows, waitRows, cursor] = await Promise.all([
    sql<SumRow & { at: Date }>({
      name: 'dashboard_series',
      text: `SELECT at, ${SUMS} FROM stat WHERE span = $1 AND scope = 'farm' AND subject = '' AND at >= $2 GROUP BY at`,
      values: [span, from],
    }),
    sql<{ key: string; step: number; n: number }>({
      name: 'dashboard_waits',
      text: `SELECT (extract(epoch FROM at) * 1000)::bigint::text AS key, step, n FROM stat_wait
        WHERE span = $1 AND scope = 'farm' AND subject = '' AND at >= $2`,
      values: [span, from],
    }),
    ctx.db.logCursor.findUnique({ where: { name: 'figures' } }),
  ])
  const waits = waitsBy(waitRows)
  const byAt = new Map(rows.map((row) => [row.at.getTime(), row]))
  const sum: SumRow = { ...NOTHING }
  for (const row of rows) for (const key of Object.keys(NOTHING) as (keyof SumRow)[]) sum[key] += row[key]
  return {
    range,
    from,
    totals: numbersOf(sum, together(waits.values())),
    series: begins.map((at) => ({
      at: new Date(at),
      ...numbersOf(byAt.get(at) ?? NOTHING, waits.get(String(at)) ?? NO_WAITS),
    })),
    countedUpTo: cursor?.at ?? null,
  }
}

export type BrokenDown = { subject: string; name: string } & Numbers
const MOST = 100

/** The same by who asked, by task type or by worker: the busiest first. */
export async function breakdown(
  ctx: ReadContext,
  { by, range }: { by: 'requester' | 'task_type' | 'worker'; range: Range },
): Promise<BrokenDown[]> {
  const from = new Date(spansOf(range, ctx.now().getTime())[0] ?? 0)
  const { span } = RANGES[range]
  const sql = sqlOf(ctx.db)
  const rows = await sql<SumRow & { subject: string; name: string | null }>({
    name: 'dashboard_by',
    text: `SELECT s.*, w.name FROM (
        SELECT subject, ${SUMS} FROM stat WHERE span = $1 AND scope = $2 AND at >= $3 GROUP BY subject
        ORDER BY sum(requested + succeeded + failed + canceled) DESC, subject LIMIT ${MOST}
      ) s LEFT JOIN worker w ON $2 = 'worker' AND w.id::text = s.subject`,
    values: [span, by, from],
  })
  const waitRows = await sql<{ key: string; step: number; n: number }>({
    name: 'dashboard_by_waits',
    text: `SELECT subject AS key, step, sum(n)::int AS n FROM stat_wait
      WHERE span = $1 AND scope = $2 AND at >= $3 AND subject = ANY($4::text[]) GROUP BY subject, step`,
    values: [span, by, from, rows.map((row) => row.subject)],
  })
  const waits = waitsBy(waitRows)
  return rows
    .map((row) => ({
      subject: row.subject,
      name: row.name ?? row.subject,
      ...numbersOf(row, waits.get(row.subject) ?? NO_WAITS),
    }))
    .sort((a, b) => b.requested + b.succeeded + b.failed - (a.requested + a.succeeded + a.failed))
}

export type FailureGroupView = {
  id: string
  taskType: string
  reasonCode: ReasonCode
  text: string
  sample: string
  /** In the range. */
  failures: number
  total: number
  firstAt: Date
  lastAt: Date
  lastTaskId: string
  lastSchedule: string
  lastWorker: string | null
  resolved: { at: Date; by: string | null } | null
}

/** Failures that say the same, the most frequent of the range first; mended ones only where they are asked for. */
export async function failureGroups(
  ctx: ReadContext,
  { range, resolved, limit }: { range: Range; resolved: boolean; limit: number },
): Promise<FailureGroupView[]> {
  const from = new Date(spansOf(range, ctx.now().getTime())[0] ?? 0)
  type Row = Omit<FailureGroupView, 'resolved'> & { resolvedAt: Date | null; resolvedBy: string | null }
  const rows = await sqlOf(ctx.db)<Row>({
    name: 'failure_groups',
    text: `SELECT g.id, g.task_type_id AS "taskType", g.reason_code AS "reasonCode", g.text, g.sample, s.n AS failures,
        g.failures AS total, g.first_at AS "firstAt", g.last_at AS "lastAt", g.last_task_id AS "lastTaskId",
        g.last_schedule AS "lastSchedule", w.name AS "lastWorker", g.resolved_at AS "resolvedAt", g.resolved_by AS "resolvedBy"
      FROM (
        SELECT subject, sum(failed)::int AS n FROM stat WHERE span = $1 AND scope = 'failure' AND at >= $2 GROUP BY subject
      ) s JOIN failure_group g ON g.id = s.subject LEFT JOIN worker w ON w.id = g.last_worker_id
      WHERE (g.resolved_at IS NOT NULL) = $3 ORDER BY s.n DESC, g.last_at DESC LIMIT $4`,
    values: [RANGES[range].span, from, resolved, limit],
  })
  return rows.map(({ resolvedAt, resolvedBy, ...row }) => ({
    ...row,
    resolved: resolvedAt === null ? null : { at: resolvedAt, by: resolvedBy },
  }))
}

/** Says that a group of failures is mended, or is not after all; a later failure of it opens it again. @throws CroftError not_found */
export async function resolveGroup(ctx: Context, id: string, resolved: boolean): Promise<void> {
  demand(ctx, 'tasks.cancel')
  await transaction(ctx, async (tx) => {
    const [row] = await tx.db.failureGroup.updateManyAndReturn({
      where: { id },
      data: resolved
        ? { resolvedAt: tx.now(), resolvedBy: actorName(tx.actor) }
        : { resolvedAt: null, resolvedBy: null },
      select: { taskTypeId: true, text: true },
    })
    if (row === undefined) throw new CroftError('not_found', 'there is no such group of failures')
    await appendEvent(tx, {
      kind: resolved ? 'failures.resolved' : 'failures.reopened',
      data: { group: id, taskType: row.taskTypeId, text: row.text.slice(0, 200) },
    })
  })
}
