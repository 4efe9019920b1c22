import { CroftError } from '#lib/core/error'
import type { BreakerKind } from '#lib/core/matching'
import { demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'

/**
 * Closes an open breaker by hand: its failures are forgotten, its tasks may start at once. `subject` is as listed.
 * @throws CroftError not_found
 */
export async function resetBreaker(ctx: Context, input: { kind: BreakerKind; subject: string }): Promise<void> {
  demand(ctx, 'workers.update')
  await transaction(ctx, async (tx) => {
    const { kind, subject: label } = input
    const { count } = await tx.db.breaker.deleteMany({ where: { kind, label, openedAt: { not: null } } })
    if (count === 0) throw new CroftError('not_found', `no breaker of ${kind} ${label} is open`)
    await appendEvent(tx, { kind: 'breaker.reset', data: { kind, subject: label } })
  })
}
