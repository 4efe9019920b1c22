import { randomBytes } from 'node:crypto'
import { effectiveScope, exceeds, type Scope } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { json } from '#lib/db/client'
import { actorName, demand, transaction, type Context, type ReadContext, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { accountByName, guardAdmin, isSelf, type AccountRow } from './manage'
import { API_TOKEN_PREFIX, sha256 } from './session'

export type TokenView = {
  id: string
  name: string
  /** Null for all that the account may do. */
  scope: Scope | null
  worker: string | null
  createdAt: Date
  createdBy: string | null
  lastUsedAt: Date | null
  expiresAt: Date | null
}
/** An account has so many living tokens at most. */
const MOST_TOKENS = 100

export type NewToken = { name: string; expiresAt: Date | null; scope?: Scope | null; worker?: string | null }

/**
 * A long-lived token for a program; the answer is the only place where it is ever shown. It never allows more than its
 * account may; whoever makes it for another account must be allowed to manage that one.
 * @throws CroftError forbidden; not_found; invalid when its end is over or allows what the account may not
 */
export async function createApiToken(
  ctx: Context,
  input: { username: string } & NewToken,
): Promise<{ id: string; name: string; token: string }> {
  const self = isSelf(ctx, input.username)
  if (!self) demand(ctx, 'users.update')
  const account = await accountByName(ctx, input.username)
  if (!self) guardAdmin(ctx, account)
  return transaction(ctx, (tx) => addToken(tx, account, input))
}

/** The same within a transaction, for whoever has checked who asks. */
export async function addToken(
  tx: TxContext,
  account: Pick<AccountRow, 'id' | 'username' | 'role' | 'scope'>,
  input: NewToken,
): Promise<{ id: string; name: string; token: string }> {
  const { name, expiresAt, scope = null, worker = null } = input
  if (expiresAt !== null && expiresAt <= tx.now())
    throw new CroftError('invalid', 'the end of the token must be in the future', { expiresAt: ['is over'] })
  if (scope !== null && exceeds(scope, effectiveScope(account.role, account.scope as Scope)))
    throw new CroftError('invalid', `the token cannot allow what ${account.username} may not do`, {
      scope: ['allows more than the account may'],
    })
  const living = await tx.db.apiToken.count({ where: livingTokens(tx, account.id) })
  if (living >= MOST_TOKENS) throw new CroftError('invalid', `an account has ${MOST_TOKENS} tokens at most: end one`)
  const token = API_TOKEN_PREFIX + randomBytes(32).toString('base64url')
  const row = await tx.db.apiToken.create({
    data: {
      accountId: account.id,
      name,
      tokenHash: sha256(token),
      expiresAt,
      scope: json(scope),
      workerName: worker,
      createdBy: actorName(tx.actor),
      createdAt: tx.now(),
    },
  })
  await appendEvent(tx, {
    kind: 'account.token_created',
    data: { username: account.username, name, ...(worker !== null && { worker }) },
  })
  return { id: row.id, name, token }
}

const livingTokens = (ctx: ReadContext, accountId: string) => ({
  accountId,
  revokedAt: null,
  OR: [{ expiresAt: null }, { expiresAt: { gt: ctx.now() } }],
})

/** The living tokens of an account, newest first; without the secrets, which nobody has. */
export async function listTokens(ctx: ReadContext, username: string): Promise<TokenView[]> {
  if (!isSelf(ctx, username)) demand(ctx, 'users.read')
  const account = await accountByName(ctx, username)
  return tokensOf(ctx, account.id)
}

/** The living tokens of an account, or those of them that speak for one worker; for whoever has checked who asks. */
export async function tokensOf(ctx: ReadContext, accountId: string): Promise<TokenView[]> {
  const rows = await ctx.db.apiToken.findMany({
    where: livingTokens(ctx, accountId),
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
  })
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    scope: row.scope as Scope | null,
    worker: row.workerName,
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    lastUsedAt: row.lastUsedAt,
    expiresAt: row.expiresAt,
  }))
}

/** Ends a token: what still uses it is refused from now on. @throws CroftError not_found */
export async function endToken(ctx: Context, username: string, tokenId: string): Promise<void> {
  const self = isSelf(ctx, username)
  if (!self) demand(ctx, 'users.update')
  await transaction(ctx, async (tx) => {
    const account = await accountByName(tx, username)
    if (!self) guardAdmin(tx, account)
    const [row] = await tx.db.apiToken.updateManyAndReturn({
      where: { id: tokenId, accountId: account.id, revokedAt: null },
      data: { revokedAt: tx.now() },
      select: { name: true },
    })
    if (row === undefined) throw new CroftError('not_found', `${username} has no such token, or it has ended already`)
    await appendEvent(tx, { kind: 'account.token_ended', data: { username, name: row.name } })
  })
}
