import { scopeOf, type Role } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { json, type Prisma } from '#lib/db/client'
import { demand, transaction, type Context, type ReadContext } from '../context'
import { appendEvent } from '../events/append'
import { hashPassword, passwordMatches } from './password'

export type AccountRow = Prisma.AccountGetPayload<object>

export const isSelf = (ctx: ReadContext, username: string) =>
  ctx.actor.kind === 'account' && ctx.actor.username === username

/** @throws CroftError not_found */
export async function accountByName(ctx: ReadContext, username: string): Promise<AccountRow> {
  const row = await ctx.db.account.findFirst({ where: { username, deletedAt: null } })
  if (row === null) throw new CroftError('not_found', `there is no account ${username}`)
  return row
}

/** One account: one's own, or any for those who may read accounts. */
export async function readAccount(ctx: ReadContext, username: string): Promise<AccountRow> {
  if (!isSelf(ctx, username)) demand(ctx, 'users.read')
  return accountByName(ctx, username)
}

export async function searchAccounts(
  ctx: ReadContext,
  page: { skip: number; limit: number },
): Promise<{ items: AccountRow[]; count: number }> {
  demand(ctx, 'users.read')
  const where = { deletedAt: null }
  const [items, count] = await Promise.all([
    ctx.db.account.findMany({ where, orderBy: { username: 'asc' }, skip: page.skip, take: page.limit }),
    ctx.db.account.count({ where }),
  ])
  return { items, count }
}

/** Only an administrator may touch an administrator, or make one. */
export function guardAdmin(ctx: ReadContext, target: AccountRow, role?: Role): void {
  if (ctx.actor.kind !== 'account' || ctx.actor.role === 'admin') return
  if (target.role === 'admin' || role === 'admin')
    throw new CroftError('forbidden', 'only an admin may do this with an admin')
}

export async function updateAccount(
  ctx: Context,
  username: string,
  change: { email?: string | null; role?: Role },
): Promise<void> {
  demand(ctx, 'users.update')
  await transaction(ctx, async (tx) => {
    const row = await accountByName(tx, username)
    guardAdmin(tx, row, change.role)
    await tx.db.account.update({
      where: { id: row.id },
      data: {
        ...(change.email !== undefined && { email: change.email }),
        ...(change.role !== undefined && { role: change.role, scope: json(scopeOf(change.role)) as object }),
        updatedAt: tx.now(),
      },
      select: { id: true },
    })
    await appendEvent(tx, { kind: 'account.updated', data: { username, fields: Object.keys(change) } })
  })
}

/** Deletes softly: the name stays taken, every credential is worth nothing. */
export async function deleteAccount(ctx: Context, username: string): Promise<void> {
  demand(ctx, 'users.delete')
  await transaction(ctx, async (tx) => {
    const row = await accountByName(tx, username)
    guardAdmin(tx, row)
    await tx.db.account.update({ where: { id: row.id }, data: { deletedAt: tx.now() }, select: { id: true } })
    await tx.db.session.updateMany({
      where: { accountId: row.id, revokedAt: null },
      data: { revokedAt: tx.now(), refreshHash: null },
    })
    await tx.db.apiToken.updateMany({ where: { accountId: row.id, revokedAt: null }, data: { revokedAt: tx.now() } })
    await appendEvent(tx, { kind: 'account.deleted', data: { username } })
  })
}

/** Changes a password: one's own with the current one, others' with the permission. Ends the account's other sessions. */
export async function changePassword(
  ctx: Context,
  username: string,
  input: { current?: string; next: string },
): Promise<void> {
  const row = await accountByName(ctx, username)
  if (isSelf(ctx, username)) {
    if (input.current === undefined) throw new CroftError('invalid', 'give the current password as well')
    if (!(await passwordMatches(input.current, row.passwordHash)))
      throw new CroftError('unauthenticated', 'the current password is wrong')
  } else {
    demand(ctx, 'users.change_password')
    guardAdmin(ctx, row)
  }
  const passwordHash = await hashPassword(input.next)
  const own = ctx.actor.kind === 'account' ? ctx.actor.sessionId : null
  await transaction(ctx, async (tx) => {
    await tx.db.account.update({
      where: { id: row.id },
      data: { passwordHash, updatedAt: tx.now() },
      select: { id: true },
    })
    await tx.db.session.updateMany({
      where: { accountId: row.id, revokedAt: null, ...(own !== null && { id: { not: own } }) },
      data: { revokedAt: tx.now(), refreshHash: null },
    })
    await appendEvent(tx, { kind: 'account.password_changed', data: { username } })
  })
}
