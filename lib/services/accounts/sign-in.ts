import { CroftError } from '#lib/core/error'
import { transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { countAttempt, giveBack, type Attempt } from './attempts'
import { hashPassword, isOutdated, passwordMatches } from './password'
import { openSession, type SessionKind, type TokenFormat, type Tokens } from './session'

export type SignIn = {
  username: string
  password: string
  kind: SessionKind
  ip?: string | null
  userAgent?: string | null
  format?: TokenFormat
}

/** No account has a longer name, and no attempt is kept under one. */
const LONGEST_NAME = 200
const wrong = () => new CroftError('unauthenticated', 'the name or the password is wrong')
/**
 * Most failures in the window: for one name from one address, for one address, and for one name from anywhere. The last is
 * high, because whoever fails in another's name keeps that one out as well.
 */
const LIMITS = { pair: 10, address: 100, name: 100 }

/**
 * Opens a session for a name and a password.
 * @throws CroftError unauthenticated; forbidden when the account is disabled; too_many_attempts after 10 failures for the
 * name from the address in 15 minutes, or after more for either alone
 */
export async function signIn(ctx: Context, input: SignIn): Promise<Tokens> {
  if (input.username.length > LONGEST_NAME || input.username.includes('\u0000')) throw wrong()
  const address = input.ip ?? 'unknown'
  const attempts: Attempt[] = [
    { key: `${address} ${input.username}`, limit: LIMITS.pair },
    { key: address, limit: LIMITS.address },
    { key: `name ${input.username}`, limit: LIMITS.name },
  ]
  // Counted before the password is looked at, so that many at once are no way around the limit; a success is taken back.
  for (const attempt of attempts) await countAttempt(ctx, attempt)
  const account = await ctx.db.account.findFirst({ where: { username: input.username, deletedAt: null } })
  if (!(await passwordMatches(input.password, account?.passwordHash ?? null)) || account === null) {
    throw wrong()
  }
  if (account.disabledAt !== null)
    throw new CroftError('forbidden', 'this account is disabled: ask an administrator of the farm to enable it')
  const rehashed = isOutdated(account.passwordHash) ? await hashPassword(input.password) : null
  return transaction(ctx, async (tx) => {
    if (rehashed !== null) {
      // Only over the hash that was just checked: the password may have been changed since.
      await tx.db.account.updateMany({
        where: { id: account.id, passwordHash: account.passwordHash },
        data: { passwordHash: rehashed },
      })
    }
    await tx.db.signInFailure.deleteMany({ where: { key: attempts[0]?.key } })
    await giveBack(tx, attempts.slice(1))
    const tokens = await openSession(tx, account, input)
    await appendEvent({ ...tx, actor: tokens.actor }, { kind: 'account.signed_in', data: { kind: input.kind } })
    return tokens
  })
}
