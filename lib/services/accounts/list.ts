import type { Prisma } from '#lib/db/client'
import type { ReadContext } from '../context'
import { demand } from '../context'
import { pageFrom, unpackKey, type Page } from '../page'
import { toAccount, type AccountView } from './create'

/** Living accounts, by name; `q` is part of how they are called or of their address. */
export async function listAccounts(
  ctx: ReadContext,
  input: { after?: string; limit: number; q?: string; role?: string[]; state?: 'enabled' | 'disabled' },
): Promise<Page<AccountView>> {
  demand(ctx, 'users.read')
  const after = input.after === undefined ? undefined : String(unpackKey(input.after, 1)[0])
  const { q, role, state } = input
  const like = { contains: q, mode: 'insensitive' } as const
  const where: Prisma.AccountWhereInput = {
    deletedAt: null,
    ...(after !== undefined && { username: { gt: after } }),
    ...(role !== undefined && role.length > 0 && { role: { in: role } }),
    ...(state !== undefined && { disabledAt: state === 'disabled' ? { not: null } : null }),
    ...(q && { OR: [{ username: like }, { displayName: like }, { email: like }] }),
  }
  const rows = await ctx.db.account.findMany({ where, orderBy: { username: 'asc' }, take: input.limit + 1 })
  return pageFrom(rows, input.limit, (row) => [row.username], toAccount)
}
