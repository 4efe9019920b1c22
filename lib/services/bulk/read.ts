import { BULK_ACTIONS } from '#lib/core/bulk'
import { CroftError, type ErrorCode } from '#lib/core/error'
import type { Context, ReadContext } from '../context'
import { transaction } from '../context'
import { appendEvent } from '../events/append'
import { keyDate, pageFrom, unpackKey, type Page } from '../page'
import { toBulk, type BulkView } from './view'

function accountOf(ctx: ReadContext): string {
  if (ctx.actor.kind !== 'account') throw new CroftError('unauthenticated', 'sign in first')
  return ctx.actor.accountId
}

/** The account's own bulk jobs with tasks, newest first; pages by key. */
export async function listBulk(ctx: ReadContext, input: { after?: string; limit: number }): Promise<Page<BulkView>> {
  const accountId = accountOf(ctx)
  const key = input.after === undefined ? null : unpackKey(input.after, 2)
  const [at, id] = key === null ? [] : [keyDate(key[0]), String(key[1])]
  const rows = await ctx.db.bulkJob.findMany({
    where: {
      accountId,
      action: { in: [...BULK_ACTIONS] },
      ...(key !== null && { OR: [{ createdAt: { lt: at } }, { createdAt: at, id: { gt: id } }] }),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    take: input.limit + 1,
  })
  return pageFrom(rows, input.limit, (row) => [row.createdAt.toISOString(), row.id], toBulk)
}

/** @throws CroftError not_found, also for what others asked for */
export async function getBulk(ctx: ReadContext, id: string): Promise<BulkView> {
  const row = await ctx.db.bulkJob.findFirst({ where: { id, accountId: accountOf(ctx) } })
  if (row === null) throw new CroftError('not_found', `there is no bulk job ${id} of yours`)
  return toBulk(row)
}

/** Ends a bulk job early: what is done stays done. Stopping what is over changes nothing. */
export async function stopBulk(ctx: Context, id: string): Promise<BulkView> {
  const accountId = accountOf(ctx)
  return transaction(ctx, async (tx) => {
    const { count } = await tx.db.bulkJob.updateMany({
      where: { id, accountId, state: { in: ['waiting', 'running'] } },
      data: { state: 'stopped', endedAt: tx.now(), stoppedBy: ctx.actor.kind === 'account' ? ctx.actor.username : '' },
    })
    const bulk = await getBulk(tx, id)
    if (count > 0)
      await appendEvent(tx, { kind: 'bulk.stopped', data: { bulk: id, done: bulk.done, failed: bulk.failed } })
    return bulk
  })
}

export type BulkResult = {
  n: number
  taskId: string
  name: string
  done: boolean
  code: ErrorCode | null
  why: string | null
  madeTaskId: string | null
}

/** What became of each task, in the order in which it was done; pages by key. */
export async function bulkResults(
  ctx: ReadContext,
  input: { id: string; failed?: boolean; after?: string; limit: number },
): Promise<Page<BulkResult>> {
  await getBulk(ctx, input.id)
  const after = input.after === undefined ? 0 : Math.trunc(Number(unpackKey(input.after, 1)[0]))
  const rows = await ctx.db.bulkResult.findMany({
    where: {
      bulkId: input.id,
      n: { gt: Number.isFinite(after) ? Math.min(after, 2 ** 31 - 1) : 0 },
      ...(input.failed !== undefined && { done: !input.failed }),
    },
    orderBy: { n: 'asc' },
    take: input.limit + 1,
  })
  return pageFrom(
    rows,
    input.limit,
    (row) => [row.n],
    (row) => ({
      n: row.n,
      taskId: row.taskId,
      name: row.name,
      done: row.done,
      code: row.code as ErrorCode | null,
      why: row.why,
      madeTaskId: row.madeTaskId,
    }),
  )
}
