import { randomBytes, randomUUID } from 'node:crypto'
import { scopeOf, type Role } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { isUniqueViolation, json } from '#lib/db/client'
import { demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { guardAdmin, guardGift } from './manage'
import { hashPassword } from './password'
import { API_TOKEN_PREFIX, sha256 } from './session'

export type AccountView = { id: string; username: string; email: string | null; role: string; createdAt: Date }
export const toAccount = (row: AccountView): AccountView => ({
  id: row.id,
  username: row.username,
  email: row.email,
  role: row.role,
  createdAt: row.createdAt,
})

/** @throws CroftError forbidden; conflict when the name is taken, also by a deleted account */
export async function createAccount(
  ctx: Context,
  input: {
    /** An account without a name of its own, e.g. one of an identity provider, is kept under its id. */
    username: string | null
    displayName?: string
    password: string | null
    email: string | null
    role: Role
    idpSub?: string | null
  },
): Promise<AccountView> {
  demand(ctx, 'users.create')
  guardGift(ctx, input.role)
  const id = randomUUID()
  const username = input.username ?? id
  const passwordHash = input.password === null ? null : await hashPassword(input.password)
  try {
    return await transaction(ctx, async (tx) => {
      const row = await tx.db.account.create({
        data: {
          id,
          username,
          displayName: input.displayName ?? username,
          idpSub: input.idpSub,
          passwordHash,
          email: input.email,
          role: input.role,
          scope: json(scopeOf(input.role)) as object,
          createdAt: tx.now(),
          updatedAt: tx.now(),
        },
      })
      await appendEvent(tx, { kind: 'account.created', data: { username, role: input.role } })
      return toAccount(row)
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new CroftError('conflict', `the name ${username} is taken`, { username: ['is taken'] })
  }
}

/** A long-lived token for a program; the answer is the only place where it is ever shown. */
export async function createApiToken(
  ctx: Context,
  input: { username: string; name: string; expiresAt: Date | null },
): Promise<{ id: string; name: string; token: string }> {
  const self = ctx.actor.kind === 'account' && ctx.actor.username === input.username
  if (!self) demand(ctx, 'users.update')
  const account = await ctx.db.account.findFirst({ where: { username: input.username, deletedAt: null } })
  if (account === null) throw new CroftError('not_found', `there is no account ${input.username}`)
  if (!self) guardAdmin(ctx, account)
  const token = API_TOKEN_PREFIX + randomBytes(32).toString('base64url')
  return transaction(ctx, async (tx) => {
    const row = await tx.db.apiToken.create({
      data: {
        accountId: account.id,
        name: input.name,
        tokenHash: sha256(token),
        expiresAt: input.expiresAt,
        createdAt: tx.now(),
      },
    })
    await appendEvent(tx, { kind: 'account.token_created', data: { username: input.username, name: input.name } })
    return { id: row.id, name: row.name, token }
  })
}
