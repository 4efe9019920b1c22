import { may } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { isZone, type QuietHours } from '#lib/core/quiet'
import { json } from '#lib/db/client'
import { actorName, demand, transaction, type Context, type ReadContext } from '../context'
import { appendEvent } from '../events/append'
import { UNCORDONED } from './register'
import { toWorker, WORKER, type WorkerView } from './view'

export type WorkerSettings = {
  /** Takes it out of service, or back when null. */
  disabled?: { reason: string } | null
  /** Lets it take nothing new, or take tasks again when null; draining tells when it is empty. */
  cordoned?: { reason: string; until: Date | null; drain: boolean } | null
  /** The times of day in which it takes nothing; null for never. */
  quietHours?: QuietHours | null
  /** All its contexts, each with the address that it must call from, or null for any. */
  contexts?: Record<string, string | null>
}

/** Whether somebody may say when a worker works: its owner, and those who may change workers. */
export const mayRun = (ctx: ReadContext, accountId: string) =>
  may(ctx.actor, 'workers.update') ||
  (ctx.actor.kind === 'account' && ctx.actor.accountId === accountId && ctx.actor.limits === undefined)

/**
 * What people say of a worker; what it says of itself stays. A worker out of service takes nothing new, what it runs goes
 * on (zimfarm.md §19.6). Its owner says when it works; the rest is for those who may change workers.
 * @throws CroftError not_found; forbidden; invalid for an unknown zone or an end that is over
 */
export async function configureWorker(ctx: Context, name: string, input: WorkerSettings): Promise<WorkerView> {
  const { disabled, contexts, cordoned, quietHours } = input
  if (disabled !== undefined || contexts !== undefined) demand(ctx, 'workers.update')
  if (cordoned && cordoned.until !== null && cordoned.until <= ctx.now())
    throw new CroftError('invalid', 'the end must be in the future', { 'cordoned.until': ['is over'] })
  if (quietHours && !isZone(quietHours.zone))
    throw new CroftError('invalid', `${quietHours.zone} is no time zone: give one such as Europe/Paris`, {
      'quietHours.zone': ['is no time zone'],
    })
  return transaction(ctx, async (tx) => {
    // Locked, so that the take that is under way is seen as a task of it, or sees that it takes nothing new.
    await tx.db.$queryRaw`SELECT id FROM worker WHERE name = ${name} AND deleted_at IS NULL FOR NO KEY UPDATE`
    const before = await tx.db.worker.findFirst({ where: { name, deletedAt: null }, ...WORKER })
    if (before === null) throw new CroftError('not_found', `there is no worker ${name}`)
    if (!mayRun(tx, before.accountId)) demand(tx, 'workers.update')
    const author = actorName(tx.actor)
    const empty = before.tasks.length === 0
    const row = await tx.db.worker.update({
      where: { id: before.id },
      data: {
        ...(disabled === null && { disabledAt: null, disabledBy: null, disabledReason: null }),
        ...(disabled && {
          disabledAt: before.disabledAt ?? tx.now(),
          disabledBy: author,
          disabledReason: disabled.reason,
        }),
        ...(cordoned === null && UNCORDONED),
        ...(cordoned && {
          cordonedAt: before.cordonedAt ?? tx.now(),
          cordonedBy: author,
          cordonReason: cordoned.reason,
          cordonUntil: cordoned.until,
          draining: cordoned.drain,
          drainedAt: cordoned.drain && empty ? (before.drainedAt ?? tx.now()) : null,
        }),
        ...(quietHours !== undefined && { quietHours: json(quietHours) }),
        ...(contexts !== undefined && { contexts }),
      },
      ...WORKER,
    })
    const tell = (kind: string, data: Record<string, unknown> = {}) =>
      appendEvent(tx, { workerId: row.id, kind: `worker.${kind}`, data: { name, ...data } })
    if (disabled === null && before.disabledAt !== null) await tell('enabled')
    if (disabled) await tell('disabled', { reason: disabled.reason })
    if (cordoned === null && before.cordonedAt !== null) await tell('uncordoned')
    if (cordoned) {
      const { reason, until, drain } = cordoned
      await tell(drain ? 'draining' : 'cordoned', { reason, ...(until !== null && { until: until.toISOString() }) })
      if (drain && empty && before.drainedAt === null) await tell('drained')
    }
    if (quietHours !== undefined) await tell('quiet_hours_set', { hours: quietHours })
    if (contexts !== undefined) await tell('contexts_set', { contexts: Object.keys(contexts) })
    return toWorker(row, tx.now())
  })
}
