import { CroftError } from '#lib/core/error'
import type { Prisma } from '#lib/db/client'
import type { ReadContext } from '../context'
import { pageFrom, unpackKey, type Page } from '../page'
import { toWorker, WORKER, type WorkerView } from './view'

/** The in-process worker of the dispatcher is not one of them. */
const LIVING = {
  deletedAt: null,
  account: { deletedAt: null },
  kind: { not: 'in_process' },
} satisfies Prisma.WorkerWhereInput

/** Living workers by name, with what they run; pages by key. */
export async function listWorkers(
  ctx: ReadContext,
  input: { after?: string; limit: number },
): Promise<Page<WorkerView>> {
  const after = input.after === undefined ? undefined : String(unpackKey(input.after, 1)[0])
  const rows = await ctx.db.worker.findMany({
    where: { ...LIVING, ...(after !== undefined && { name: { gt: after } }) },
    orderBy: { name: 'asc' },
    take: input.limit + 1,
    ...WORKER,
  })
  return pageFrom(
    rows,
    input.limit,
    (row) => [row.name],
    (row) => toWorker(row, ctx.now()),
  )
}

/** @throws CroftError not_found */
export async function getWorker(ctx: ReadContext, name: string): Promise<WorkerView> {
  const row = await ctx.db.worker.findFirst({ where: { name, deletedAt: null }, ...WORKER })
  if (row === null) throw new CroftError('not_found', `there is no worker ${name}: register it first`)
  return toWorker(row, ctx.now())
}

/** The worker, if the caller's account owns it. @throws CroftError not_found, forbidden */
export async function ownedWorker(ctx: ReadContext, name: string): Promise<WorkerView & { accountId: string }> {
  const row = await ctx.db.worker.findFirst({ where: { name, deletedAt: null }, ...WORKER })
  if (row === null) throw new CroftError('not_found', `there is no worker ${name}: register it first`)
  if (ctx.actor.kind !== 'account' || ctx.actor.accountId !== row.accountId) {
    throw new CroftError('forbidden', 'this worker belongs to another account: use the credential that registered it')
  }
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
