import {
  BULK_PERMISSION,
  isIds,
  TAB_ACTIONS,
  type BulkAction,
  type BulkOptions,
  type BulkSelection,
} from '#lib/core/bulk'
import { CroftError } from '#lib/core/error'
import { json } from '#lib/db/client'
import { demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { countQuery } from '../pipeline/find'
import { toBulk, type BulkView } from './view'

export type NewBulk = { action: BulkAction; selection: BulkSelection; options: BulkOptions }

/**
 * Asks for one thing to be done to many tasks. It is only noted here: a dispatcher does it, so that it goes on when the
 * browser is closed and when a dispatcher dies.
 * @throws CroftError invalid, forbidden
 */
export async function createBulk(ctx: Context, { action, selection, options }: NewBulk): Promise<BulkView> {
  demand(ctx, BULK_PERMISSION[action])
  const { actor } = ctx
  if (actor.kind !== 'account') throw new CroftError('forbidden', 'only an account can ask for a bulk job')
  if (action === 'prioritize' && options.priority === undefined)
    throw new CroftError('invalid', 'say which priority the tasks get', { 'options.priority': ['must be given'] })
  if (!isIds(selection) && !TAB_ACTIONS[selection.query.tab].includes(action))
    throw new CroftError('invalid', `${action} is not possible with ${selection.query.tab} tasks`, {
      action: ['does not fit the list'],
    })
  if (typeof options.worker === 'string') {
    const worker = await ctx.db.worker.findFirst({ where: { name: options.worker, deletedAt: null } })
    if (worker === null) {
      throw new CroftError('invalid', `there is no worker ${options.worker}`, { 'options.worker': ['is unknown'] })
    }
  }
  const { count, exact } = isIds(selection)
    ? { count: new Set(selection.ids).size, exact: true }
    : await countQuery(ctx, selection.query)
  const wanted = isIds(selection) ? { ids: [...new Set(selection.ids)] } : selection
  return transaction(ctx, async (tx) => {
    const row = await tx.db.bulkJob.create({
      data: {
        accountId: actor.accountId,
        author: actor.username,
        action,
        selection: json(wanted) as object,
        options: json(options) as object,
        state: 'waiting',
        expected: count,
        exact,
        createdAt: tx.now(),
      },
    })
    await appendEvent(tx, { kind: 'bulk.created', data: { bulk: row.id, action, expected: count } })
    await tx.enqueue({ queue: 'bulk', payload: { bulkId: row.id } })
    return toBulk(row)
  })
}
