import { CroftError } from '#lib/core/error'
import { actorName, demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { pausePermission } from './add'
import { toPause } from './list'

/** Ends a pause; its tasks may start at once. @throws CroftError not_found when it does not hold (any more) */
export async function endPause(ctx: Context, id: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    const now = tx.now()
    const holds = { endedAt: null, OR: [{ until: null }, { until: { gt: now } }] }
    const row = await tx.db.pause.findFirst({ where: { id, ...holds } })
    if (row === null) throw new CroftError('not_found', 'this pause does not hold any more, or never did')
    const { scope, subject } = toPause(row)
    demand(tx, pausePermission(scope))
    const { count } = await tx.db.pause.updateMany({
      where: { id, ...holds },
      data: { endedAt: now, endedBy: actorName(tx.actor) },
    })
    if (count === 0) throw new CroftError('not_found', 'somebody else has just ended this pause')
    await appendEvent(tx, {
      kind: 'pause.ended',
      scheduleId: scope === 'schedule' ? row.subject : undefined,
      workerId: scope === 'worker' ? row.subject : undefined,
      data: { pause: id, scope, subject },
    })
  })
}
