import { CroftError } from '#lib/core/error'
import type { Context, TxContext } from '../context'

const WINDOW_MINUTES = 15
export type Attempt = { key: string; limit: number }

/**
 * Notes one more attempt to sign in, before anything is looked at, so that many at once are no way around the limit.
 * @throws CroftError too_many_attempts when there were more in 15 minutes
 */
export async function countAttempt(ctx: Context, { key, limit }: Attempt): Promise<void> {
  const now = ctx.now()
  const windowEnd = new Date(now.getTime() + WINDOW_MINUTES * 60_000)
  const [row] = await ctx.db.$queryRaw<{ failures: number }[]>`
    INSERT INTO sign_in_failure (key, failures, window_end) VALUES (${key}, 1, ${windowEnd})
    ON CONFLICT (key) DO UPDATE SET
      failures = CASE WHEN sign_in_failure.window_end > ${now} THEN sign_in_failure.failures + 1 ELSE 1 END,
      window_end = CASE WHEN sign_in_failure.window_end > ${now} THEN sign_in_failure.window_end ELSE ${windowEnd} END
    RETURNING failures`
  if ((row?.failures ?? 1) > limit)
    throw new CroftError('too_many_attempts', `too many failed sign-ins: wait ${WINDOW_MINUTES} minutes and try again`)
}

/** Takes attempts back that were none against the limit: the sign-in succeeded. */
export async function giveBack(tx: TxContext, attempts: readonly Attempt[]): Promise<void> {
  for (const { key } of attempts)
    await tx.db.signInFailure.updateMany({ where: { key, failures: { gt: 0 } }, data: { failures: { decrement: 1 } } })
}
