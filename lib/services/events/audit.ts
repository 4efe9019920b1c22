import { CroftError } from '#lib/core/error'
import { maskDeep } from '#lib/core/secrets'
import { auditRows, numberAt, OVERLAP, peopleKinds, type AuditRow } from '#lib/db/audit'
import { sqlOf } from '#lib/db/sql'
import { demand, type ReadContext } from '../context'
import { pageFrom, unpackKey, type Page } from '../page'

export type AuditSearch = {
  /** Who did it. */
  actor?: string
  /** What was done: kinds, or what stands before their dot. */
  kinds?: string[]
  from?: Date
  to?: Date
  /** A worker's or a schedule's name, or a task's id. */
  worker?: string
  schedule?: string
  task?: string
}
export type AuditEntry = Omit<AuditRow, 'scheduleId' | 'workerId'>

/**
 * What people and the farm itself have done, newest first; without what the life of each task writes. Pages by key, and costs
 * the same however long the log is.
 * @throws CroftError forbidden; not_found for an unknown subject
 */
export async function auditLog(
  ctx: ReadContext,
  search: AuditSearch,
  page: { after?: string; limit: number },
): Promise<Page<AuditEntry>> {
  demand(ctx, 'users.read')
  const sql = sqlOf(ctx.db)
  const [before] = page.after === undefined ? [] : unpackKey(page.after, 1)
  const known = await peopleKinds(sql)
  const wanted = search.kinds ?? []
  const kinds =
    wanted.length === 0
      ? known.filter((kind) => !DULL.includes(kind))
      : known.filter((kind) => wanted.some((one) => covers(one, kind)))
  const [workerId, scheduleId, above, below] = await Promise.all([
    search.worker === undefined ? undefined : idOf(ctx, 'worker', search.worker),
    search.schedule === undefined ? undefined : idOf(ctx, 'schedule', search.schedule),
    search.from === undefined ? null : numberAt(sql, search.from).then((at) => at - OVERLAP),
    search.to === undefined ? null : numberAt(sql, search.to).then((at) => at + OVERLAP),
  ])
  const last = before === undefined ? null : BigInt(before)
  const { actor, task, from, to } = search
  const rows = await auditRows(sql, {
    ...{ actor, kinds, taskId: task, scheduleId, workerId, from, to, above },
    below: last === null ? below : below === null || last < below ? last : below,
    limit: page.limit + 1,
  })
  return pageFrom(
    rows,
    page.limit,
    (row) => [row.id],
    ({ id, at, kind, actor, taskId, task: name, schedule, worker, data }) => ({
      ...{ id, at, kind, actor, taskId, task: name, schedule, worker },
      data: maskDeep(data),
    }),
  )
}

/** The kinds of events that the log has. */
export async function auditKinds(ctx: ReadContext): Promise<string[]> {
  demand(ctx, 'users.read')
  return peopleKinds(sqlOf(ctx.db))
}

/** What the farm does by itself at each start, and what is told only where it is asked for. */
const DULL: readonly string[] = ['schedule.rechecked']
const covers = (wanted: string, kind: string) => kind === wanted || kind.startsWith(`${wanted}.`)

async function idOf(ctx: ReadContext, what: 'worker' | 'schedule', name: string): Promise<string> {
  const row =
    what === 'worker'
      ? await ctx.db.worker.findUnique({ where: { name }, select: { id: true } })
      : await ctx.db.schedule.findUnique({ where: { name }, select: { id: true } })
  if (row === null) throw new CroftError('not_found', `there is no ${what} ${name}`)
  return row.id
}
