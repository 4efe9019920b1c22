import { UUID } from '#lib/core/id'
import { CUSTOM_ROLE, effectiveScope, exceeds, scopeOf, type Role, type Scope } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { isUniqueViolation, json, type Prisma } from '#lib/db/client'
import { actorName, demand, transaction, type Context, type ReadContext, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { hashPassword, passwordMatches } from './password'

export type AccountRow = Prisma.AccountGetPayload<object>

/** Whether somebody acts on his own account, with a credential that speaks for all of it. */
export const isSelf = (ctx: ReadContext, username: string) =>
  ctx.actor.kind === 'account' && ctx.actor.username === username && ctx.actor.limits === undefined

/** @throws CroftError not_found */
export async function accountByName(ctx: ReadContext, username: string): Promise<AccountRow> {
  const row = await ctx.db.account.findFirst({ where: { username, deletedAt: null } })
  if (row === null) throw new CroftError('not_found', `there is no account ${username}`)
  return row
}

/** An account by its id or its name; a deleted one only where that is wanted. @throws CroftError not_found */
export async function accountOf(
  ctx: ReadContext,
  idOrName: string,
  options: { deleted?: boolean } = {},
): Promise<AccountRow> {
  const row = await ctx.db.account.findFirst({
    where: {
      OR: [{ username: idOrName }, ...(UUID.test(idOrName) ? [{ id: idOrName }] : [])],
      ...(options.deleted !== true && { deletedAt: null }),
    },
  })
  if (row === null) throw new CroftError('not_found', `there is no account ${idOrName}`)
  return row
}

/** One account: one's own, or any for those who may read accounts. */
export async function readAccount(ctx: ReadContext, username: string): Promise<AccountRow> {
  if (!isSelf(ctx, username)) demand(ctx, 'users.read')
  return accountByName(ctx, username)
}

/** Living accounts by name, by offset; `called` is part of how they are called, `without` names roles that are left out. */
export async function searchAccounts(
  ctx: ReadContext,
  page: { skip: number; limit: number; called?: string; without?: string[] },
): Promise<{ items: AccountRow[]; count: number }> {
  demand(ctx, 'users.read')
  const { called, without = [] } = page
  const where = {
    deletedAt: null,
    ...(called !== undefined && { displayName: { contains: called, mode: 'insensitive' } }),
    ...(without.length > 0 && { role: { notIn: without } }),
  } satisfies Prisma.AccountWhereInput
  const [items, count] = await Promise.all([
    ctx.db.account.findMany({ where, orderBy: { username: 'asc' }, skip: page.skip, take: page.limit }),
    ctx.db.account.count({ where }),
  ])
  return { items, count }
}

/**
 * Only an administrator may touch an administrator, make one, or touch or give a scope that is wider than one's own. What
 * a role does with the other roles goes with it; for whoever has permissions of his own, roles are scopes as well.
 */
export function guardAdmin(ctx: ReadContext, target: Pick<AccountRow, 'role' | 'scope'>, role?: Role, scope?: Scope) {
  guardGift(ctx, target.role, target.scope as Scope)
  if (role !== undefined) guardGift(ctx, role)
  if (scope !== undefined) guardGift(ctx, CUSTOM_ROLE, scope)
}

/** Whether one may make an account such. @throws CroftError forbidden */
export function guardGift({ actor }: ReadContext, role: string, scope: Scope = {}): void {
  if (actor.kind !== 'account' || actor.role === 'admin') return
  if (role === 'admin') throw new CroftError('forbidden', 'only an admin may do this with an admin')
  const held = role === CUSTOM_ROLE || actor.role === CUSTOM_ROLE
  if (held && exceeds(effectiveScope(role, scope), actor.scope))
    throw new CroftError('forbidden', 'only an admin may do this with permissions that you do not have yourself')
}

export type AccountChange = {
  email?: string | null
  role?: Role
  /** Permissions of its own: the role is `custom` then. */
  scope?: Scope
  username?: string
  displayName?: string
  idpSub?: string | null
  /** Its credentials open nothing until it is enabled again (null). */
  disabled?: { reason: string } | null
}

/** @throws CroftError forbidden; not_found; conflict when the name is taken */
export async function updateAccount(ctx: Context, username: string, change: AccountChange): Promise<void> {
  demand(ctx, 'users.update')
  const { role, scope, disabled, ...plain } = change
  if (disabled !== undefined && isSelf(ctx, username))
    throw new CroftError('conflict', 'you cannot disable your own account: ask another administrator')
  try {
    await transaction(ctx, async (tx) => {
      const row = await accountByName(tx, username)
      guardAdmin(tx, row, role, scope)
      await keepAnAdmin(tx, row, { role, scope, disabled })
      await tx.db.account.update({
        where: { id: row.id },
        data: {
          ...plain,
          ...(role !== undefined && { role, scope: json(scopeOf(role)) as object }),
          ...(scope !== undefined && { role: CUSTOM_ROLE, scope: json(scope) as object }),
          ...(disabled === null && { disabledAt: null, disabledBy: null, disabledReason: null }),
          ...(disabled && {
            disabledAt: row.disabledAt ?? tx.now(),
            disabledBy: actorName(tx.actor),
            disabledReason: disabled.reason,
          }),
          updatedAt: tx.now(),
        },
        select: { id: true },
      })
      const fields = Object.entries({ ...plain, role, scope }).flatMap(([field, value]) =>
        value === undefined ? [] : [field],
      )
      if (fields.length > 0) await appendEvent(tx, { kind: 'account.updated', data: { username, fields } })
      if (disabled === null && row.disabledAt !== null)
        await appendEvent(tx, { kind: 'account.enabled', data: { username } })
      if (disabled) await appendEvent(tx, { kind: 'account.disabled', data: { username, reason: disabled.reason } })
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new CroftError('conflict', `the name ${change.username ?? change.idpSub} is taken`)
  }
}

/** Refuses what would leave the farm without anybody who may do everything. @throws CroftError conflict */
async function keepAnAdmin(
  tx: TxContext,
  row: AccountRow,
  change: { role?: Role; scope?: Scope; disabled?: { reason: string } | null; deleted?: boolean },
): Promise<void> {
  if (row.role !== 'admin') return
  const stays = change.scope === undefined && (change.role ?? 'admin') === 'admin'
  if (stays && change.deleted !== true && (change.disabled ?? null) === null) return
  // Two administrators who take each other's place away at the same moment go one after the other.
  await tx.db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('the last admin', 0))`
  const others = await tx.db.account.count({
    where: { role: 'admin', deletedAt: null, disabledAt: null, id: { not: row.id } },
  })
  if (others === 0) throw new CroftError('conflict', 'this is the only administrator: make another account one first')
}

/** One's own: how one is called and told of things, and how the pages look. */
export async function updateOwnAccount(
  ctx: Context,
  change: { displayName?: string; email?: string | null; language?: string | null; theme?: string | null },
): Promise<void> {
  if (ctx.actor.kind !== 'account') throw new CroftError('unauthenticated', 'sign in first')
  if (ctx.actor.limits !== undefined)
    throw new CroftError('forbidden', 'a limited token cannot change the account: sign in')
  const { accountId, username } = ctx.actor
  await transaction(ctx, async (tx) => {
    await tx.db.account.update({
      where: { id: accountId },
      data: { ...change, updatedAt: tx.now() },
      select: { id: true },
    })
    const fields = Object.entries(change).flatMap(([field, value]) => (value === undefined ? [] : [field]))
    await appendEvent(tx, { kind: 'account.updated', data: { username, fields } })
  })
}

/** Deletes softly: the name stays taken, every credential is worth nothing. */
export async function deleteAccount(ctx: Context, username: string): Promise<void> {
  demand(ctx, 'users.delete')
  await transaction(ctx, async (tx) => {
    const row = await accountByName(tx, username)
    guardAdmin(tx, row)
    await keepAnAdmin(tx, row, { deleted: true })
    await tx.db.account.update({ where: { id: row.id }, data: { deletedAt: tx.now() }, select: { id: true } })
    await tx.db.session.updateMany({
      where: { accountId: row.id, revokedAt: null },
      data: { revokedAt: tx.now(), refreshHash: null },
    })
    await tx.db.apiToken.updateMany({ where: { accountId: row.id, revokedAt: null }, data: { revokedAt: tx.now() } })
    await appendEvent(tx, { kind: 'account.deleted', data: { username } })
  })
}

/**
 * Changes a password, or takes it away: one's own with the current one (unless `trusted`), others' with the permission.
 * Ends the account's other sessions.
 */
export async function changePassword(
  ctx: Context,
  username: string,
  input: { current?: string; next: string | null; trusted?: boolean },
): Promise<void> {
  const row = await accountByName(ctx, username)
  if (isSelf(ctx, username)) {
    if (input.current === undefined && input.trusted !== true)
      throw new CroftError('invalid', 'give the current password as well')
    if (input.current !== undefined && !(await passwordMatches(input.current, row.passwordHash)))
      throw new CroftError('unauthenticated', 'the current password is wrong')
  } else {
    demand(ctx, 'users.change_password')
    guardAdmin(ctx, row)
  }
  const passwordHash = input.next === null ? null : await hashPassword(input.next)
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
