import type { ReadContext } from '../context'
import { demand } from '../context'
import { pageFrom, unpackKey, type Page } from '../page'
import { toAccount, type AccountView } from './create'

/** Living accounts, by name. */
export async function listAccounts(
  ctx: ReadContext,
  input: { after?: string; limit: number },
): Promise<Page<AccountView>> {
  demand(ctx, 'users.read')
  const after = input.after === undefined ? undefined : String(unpackKey(input.after, 1)[0])
  const rows = await ctx.db.account.findMany({
    where: { deletedAt: null, ...(after !== undefined && { username: { gt: after } }) },
    orderBy: { username: 'asc' },
    take: input.limit + 1,
  })
  return pageFrom(rows, input.limit, (row) => [row.username], toAccount)
}
