import { CroftError } from '#lib/core/error'
import { transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
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

const WINDOW_MINUTES = 15
/** No account has a longer name, and no attempt is kept under one. */
const LONGEST_NAME = 200
const wrong = () => new CroftError('unauthenticated', 'the name or the password is wrong')
/** Most failures in the window, for one name from one address, and for one address. */
const LIMITS = { pair: 10, address: 100 }

/**
 * Opens a session for a name and a password.
 * @throws CroftError unauthenticated; too_many_attempts after 10 failures for the name from the address in 15 minutes
 */
export async function signIn(ctx: Context, input: SignIn): Promise<Tokens> {
  if (input.username.length > LONGEST_NAME || input.username.includes('\u0000')) throw wrong()
  const address = input.ip ?? 'unknown'
  const keys = [
    { key: `${address} ${input.username}`, limit: LIMITS.pair },
    { key: address, limit: LIMITS.address },
  ]
  // Counted before the password is looked at, so that many at once are no way around the limit; a success is taken back.
  for (const { key, limit } of keys) {
    if ((await countAttempt(ctx, key)) > limit)
      throw new CroftError(
        'too_many_attempts',
        `too many failed sign-ins: wait ${WINDOW_MINUTES} minutes and try again`,
      )
  }
  const account = await ctx.db.account.findFirst({ where: { username: input.username, deletedAt: null } })
  if (!(await passwordMatches(input.password, account?.passwordHash ?? null)) || account === null) {
    throw wrong()
  }
  const rehashed = isOutdated(account.passwordHash) ? await hashPassword(input.password) : null
  return transaction(ctx, async (tx) => {
    if (rehashed !== null) {
      // Only over the hash that was just checked: the password may have been changed since.
      await tx.db.account.updateMany({
        where: { id: account.id, passwordHash: account.passwordHash },
        data: { passwordHash: rehashed },
      })
    }
    await tx.db.signInFailure.deleteMany({ where: { key: keys[0]?.key } })
    await tx.db.signInFailure.updateMany({
      where: { key: address, failures: { gt: 0 } },
      data: { failures: { decrement: 1 } },
    })
    const tokens = await openSession(tx, account, input)
    await appendEvent({ ...tx, actor: tokens.actor }, { kind: 'account.signed_in', data: { kind: input.kind } })
    return tokens
  })
}

/** Notes one more attempt, and says how many that makes in its window. */
async function countAttempt(ctx: Context, key: string): Promise<number> {
  const now = ctx.now()
  const windowEnd = new Date(now.getTime() + WINDOW_MINUTES * 60_000)
  const [row] = await ctx.db.$queryRaw<{ failures: number }[]>`
    INSERT INTO sign_in_failure (key, failures, window_end) VALUES (${key}, 1, ${windowEnd})
    ON CONFLICT (key) DO UPDATE SET
      failures = CASE WHEN sign_in_failure.window_end > ${now} THEN sign_in_failure.failures + 1 ELSE 1 END,
      window_end = CASE WHEN sign_in_failure.window_end > ${now} THEN sign_in_failure.window_end ELSE ${windowEnd} END
    RETURNING failures`
  return row?.failures ?? 1
}
