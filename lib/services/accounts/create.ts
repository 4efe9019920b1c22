import { randomUUID } from 'node:crypto'
import { CUSTOM_ROLE, scopeOf, type Role, type Scope } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { isUniqueViolation, json } from '#lib/db/client'
import { demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { guardGift, type AccountRow } from './manage'
import { hashPassword } from './password'

export type AccountView = {
  id: string
  username: string
  displayName: string
  email: string | null
  role: string
  createdAt: Date
  disabled: { since: Date; by: string | null; reason: string | null } | null
}
export const toAccount = (row: AccountRow): AccountView => ({
  id: row.id,
  username: row.username,
  displayName: row.displayName || row.username,
  email: row.email,
  role: row.role,
  createdAt: row.createdAt,
  disabled: row.disabledAt === null ? null : { since: row.disabledAt, by: row.disabledBy, reason: row.disabledReason },
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
    /** Permissions of its own instead of those of the role. */
    scope?: Scope
    idpSub?: string | null
  },
): Promise<AccountView> {
  demand(ctx, 'users.create')
  const role = input.scope === undefined ? input.role : CUSTOM_ROLE
  guardGift(ctx, role, input.scope)
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
          role,
          scope: json(input.scope ?? scopeOf(input.role)) as object,
          createdAt: tx.now(),
          updatedAt: tx.now(),
        },
      })
      await appendEvent(tx, { kind: 'account.created', data: { username, role } })
      return toAccount(row)
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new CroftError('conflict', `the name ${username} is taken`, { username: ['is taken'] })
  }
}
