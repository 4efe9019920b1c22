import { effectiveScope, type Scope } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import type { ReadContext } from '../context'
import { workersOf } from '../workers/names'
import { toAccount, type AccountView } from './create'
import { readAccount } from './manage'

export type AccountDetails = AccountView & { scope: Scope; hasPassword: boolean; workers: string[] }

/** One account with what it may do and the workers that it owns. @throws CroftError not_found; forbidden */
export async function accountDetails(ctx: ReadContext, username: string): Promise<AccountDetails> {
  const row = await readAccount(ctx, username)
  return {
    ...toAccount(row),
    scope: effectiveScope(row.role, row.scope as Scope),
    hasPassword: row.passwordHash !== null,
    workers: await workersOf(ctx, row.id),
  }
}

export type Me = {
  username: string
  displayName: string
  role: string
  scope: Scope
  email: string | null
  language: string | null
  theme: string | null
  hasPassword: boolean
  limited: boolean
}

/** Who asks, what he may do with this credential, and how he likes the pages. */
export async function whoAmI(ctx: ReadContext): Promise<Me> {
  const { actor } = ctx
  if (actor.kind !== 'account') throw new CroftError('unauthenticated', 'sign in first')
  const { username, role, scope, limits } = actor
  const row = await ctx.db.account.findUniqueOrThrow({
    where: { id: actor.accountId },
    select: { displayName: true, email: true, language: true, theme: true, passwordHash: true },
  })
  const { passwordHash, displayName, ...plain } = row
  return {
    ...{ username, role, scope, ...plain },
    displayName: displayName || username,
    hasPassword: passwordHash !== null,
    limited: limits !== undefined,
  }
}
