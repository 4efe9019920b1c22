import { CroftError } from '#lib/core/error'
import { transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { passwordMatches } from './password'
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
/** Most failures in the window, for one name from one address, and for one address. */
const LIMITS = { pair: 10, address: 100 }

/**
 * Opens a session for a name and a password.
 * @throws CroftError unauthenticated; too_many_attempts after 10 failures for the name from the address in 15 minutes
 */
export async function signIn(ctx: Context, input: SignIn): Promise<Tokens> {
  const address = input.ip ?? 'unknown'
  const keys = [
    { key: `${address} ${input.username}`, limit: LIMITS.pair },
    { key: address, limit: LIMITS.address },
  ]
  const failures = await ctx.db.signInFailure.findMany({
    where: { key: { in: keys.map(({ key }) => key) }, windowEnd: { gt: ctx.now() } },
  })
  if (failures.some((row) => row.failures >= (keys.find(({ key }) => key === row.key)?.limit ?? 0))) {
    throw new CroftError('too_many_attempts', `too many failed sign-ins: wait ${WINDOW_MINUTES} minutes and try again`)
  }
  const account = await ctx.db.account.findFirst({ where: { username: input.username, deletedAt: null } })
  if (!(await passwordMatches(input.password, account?.passwordHash ?? null)) || account === null) {
    const windowEnd = new Date(ctx.now().getTime() + WINDOW_MINUTES * 60_000)
    for (const { key } of keys) {
      await ctx.db.$executeRaw`
        INSERT INTO sign_in_failure (key, failures, window_end) VALUES (${key}, 1, ${windowEnd})
        ON CONFLICT (key) DO UPDATE SET
          failures = CASE WHEN sign_in_failure.window_end > ${ctx.now()} THEN sign_in_failure.failures + 1 ELSE 1 END,
          window_end = CASE WHEN sign_in_failure.window_end > ${ctx.now()} THEN sign_in_failure.window_end ELSE ${windowEnd} END`
    }
    throw new CroftError('unauthenticated', 'the name or the password is wrong')
  }
  return transaction(ctx, async (tx) => {
    await tx.db.signInFailure.deleteMany({ where: { key: keys[0]?.key } })
    const tokens = await openSession(tx, account, input)
    await appendEvent({ ...tx, actor: tokens.actor }, { kind: 'account.signed_in', data: { kind: input.kind } })
    return tokens
  })
}
