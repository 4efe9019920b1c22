import { CroftError } from '#lib/core/error'
import { quietUntil, type QuietHours } from '#lib/core/quiet'
import { beginOf } from '#lib/core/stats'
import { ONLINE_SECONDS, RECORD_DAYS, type WorkerSort, type WorkerStanding } from '#lib/core/worker'
import { Prisma } from '#lib/db/client'
import { sqlOf } from '#lib/db/sql'
import { countWorkers, findWorkers } from '#lib/db/workers'
import type { ReadContext } from '../context'
import { pageFrom, unpackKey, type Page } from '../page'
import { mustSpeakFor } from './register'
import { toWorker, WORKER, type WorkerView } from './view'

/** The in-process worker of the dispatcher is not one of them. */
const LIVING = {
  deletedAt: null,
  account: { deletedAt: null },
  kind: { not: 'in_process' },
} satisfies Prisma.WorkerWhereInput

/** What a worker ended within RECORD_DAYS, as it is kept. */
export type WorkerRecord = Record<'succeeded' | 'failed' | 'canceled', number>
export type WorkerSearch = {
  q?: string
  standing?: readonly WorkerStanding[]
  platform?: string
  taskType?: string
  context?: string
  owner?: string
  version?: string
  sort?: WorkerSort
  order?: 'asc' | 'desc'
}

/** Since when outcomes count. */
const recordFrom = (ctx: ReadContext) => new Date(beginOf('day', ctx.now().getTime()) - (RECORD_DAYS - 1) * 86_400_000)

/** What the standing of workers depends on besides their rows. */
async function facts(ctx: ReadContext) {
  const now = ctx.now()
  const hours = await ctx.db.worker.findMany({
    where: { ...LIVING, quietHours: { not: Prisma.DbNull } },
    select: { id: true, quietHours: true },
  })
  const quiet = hours.flatMap(({ id, quietHours }) =>
    quietUntil(quietHours as QuietHours | null, now.getTime()) === null ? [] : [id],
  )
  return {
    now,
    quiet,
    since: recordFrom(ctx),
    onlineSeconds: { zimfarm: ONLINE_SECONDS.zimfarm, other: ONLINE_SECONDS.agent },
  }
}

/** Living workers with what they run and have ended of late; filtered, sorted and paged by key. */
export async function listWorkers(
  ctx: ReadContext,
  input: WorkerSearch & { after?: string; limit: number },
): Promise<Page<WorkerView & { record: WorkerRecord }>> {
  const { standing: states, sort = 'name', order, after, ...search } = input
  const descending = (order ?? (sort === 'name' ? 'asc' : 'desc')) === 'desc'
  const [key, id] = after === undefined ? [] : unpackKey(after, 2)
  const found = await findWorkers(sqlOf(ctx.db), {
    ...search,
    ...(await facts(ctx)),
    ...{ states, sort, descending, limit: input.limit + 1 },
    after: key === undefined ? undefined : { key, id: checkId(id) },
  })
  const rows = await ctx.db.worker.findMany({ where: { id: { in: found.map((one) => one.id) } }, ...WORKER })
  const byId = new Map(rows.map((row) => [row.id, row]))
  const page = pageFrom(
    found,
    input.limit,
    (one) => [one.key, one.id],
    ({ id: worker, succeeded, failed, canceled }) => ({
      row: byId.get(worker),
      record: { succeeded, failed, canceled },
    }),
  )
  return {
    next: page.next,
    items: page.items.flatMap(({ row, record }) => (row === undefined ? [] : { ...toWorker(row, ctx.now()), record })),
  }
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/
function checkId(id: unknown): string {
  if (typeof id === 'string' && UUID.test(id)) return id
  throw new CroftError('invalid', '`after` must be the `next` of the page before')
}

/** How many workers there are of each standing. */
export async function workerCounts(ctx: ReadContext): Promise<Record<WorkerStanding, number>> {
  const counts = await countWorkers(sqlOf(ctx.db), await facts(ctx))
  return { working: 0, idle: 0, quiet: 0, held: 0, offline: 0, ...counts }
}

/** @throws CroftError not_found */
export async function getWorker(ctx: ReadContext, name: string): Promise<WorkerView & { record: WorkerRecord }> {
  const row = await ctx.db.worker.findFirst({ where: { name, deletedAt: null }, ...WORKER })
  if (row === null) throw new CroftError('not_found', `there is no worker ${name}: register it first`)
  const { _sum } = await ctx.db.stat.aggregate({
    where: { span: 'day', scope: 'worker', subject: row.id, at: { gte: recordFrom(ctx) } },
    _sum: { succeeded: true, failed: true, canceled: true },
  })
  const record = { succeeded: _sum.succeeded ?? 0, failed: _sum.failed ?? 0, canceled: _sum.canceled ?? 0 }
  return { ...toWorker(row, ctx.now()), record }
}

/** The worker, if the caller's account owns it. @throws CroftError not_found, forbidden */
export async function ownedWorker(ctx: ReadContext, name: string): Promise<WorkerView & { accountId: string }> {
  const row = await ctx.db.worker.findFirst({ where: { name, deletedAt: null }, ...WORKER })
  if (row === null) throw new CroftError('not_found', `there is no worker ${name}: register it first`)
  if (ctx.actor.kind !== 'account' || ctx.actor.accountId !== row.accountId) {
    throw new CroftError('forbidden', 'this worker belongs to another account: use the credential that registered it')
  }
  mustSpeakFor(ctx.actor, name)
  return { ...toWorker(row, ctx.now()), accountId: row.accountId }
}

/** Living workers by name, by offset, with their whole number (zimfarm.md §7.6). */
export async function searchWorkers(
  ctx: ReadContext,
  page: { skip: number; limit: number },
): Promise<{ items: WorkerView[]; count: number }> {
  const [rows, count] = await Promise.all([
    ctx.db.worker.findMany({ where: LIVING, orderBy: { name: 'asc' }, skip: page.skip, take: page.limit, ...WORKER }),
    ctx.db.worker.count({ where: LIVING }),
  ])
  return { items: rows.map((row) => toWorker(row, ctx.now())), count }
}
