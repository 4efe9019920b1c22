import { randomUUID } from 'node:crypto'
import { WEB_BEAT_SECONDS, WEB_GONE_SECONDS } from '#lib/core/lease'
import { transaction, type Context, type ReadContext } from '../context'

const gone = (ctx: ReadContext) => new Date(ctx.now().getTime() - WEB_GONE_SECONDS * 1000)

/**
 * Notes a web process that begins. Where no other was there, agents could not renew their leases: those that have run
 * out since begin anew, so that a restart costs no attempt. Gives the process's id.
 */
export async function webArrives(ctx: Context): Promise<string> {
  const id = randomUUID()
  await transaction(ctx, async (tx) => {
    const now = tx.now()
    const others = await tx.db.webProcess.count({ where: { seenAt: { gt: gone(tx) } } })
    if (others === 0) {
      await tx.db.$executeRaw`
        UPDATE task SET lease_expires_at = ${now}::timestamptz + make_interval(secs => lease_seconds) FROM worker
        WHERE worker.id = task.worker_id AND worker.kind = 'agent' AND task.status IN ('reserved', 'started')`
    }
    await tx.db.webProcess.deleteMany({ where: { seenAt: { lt: new Date(now.getTime() - 86_400_000) } } })
    await tx.db.webProcess.create({ data: { id, startedAt: now, seenAt: now }, select: { id: true } })
  })
  return id
}

/** Says from time to time that this web process is there, for as long as it is; where the database is away, once it is back. */
export async function keepPresent(ctx: Context): Promise<void> {
  let id: string | null = null
  const beat = async () => {
    try {
      if (id === null) id = await webArrives(ctx)
      else await ctx.db.webProcess.updateMany({ where: { id }, data: { seenAt: ctx.now() } })
    } catch (error) {
      ctx.log.warn({ err: error }, 'the database does not answer')
    }
  }
  await beat()
  setInterval(() => void beat(), WEB_BEAT_SECONDS * 1000).unref()
}

/** Whether agents can renew their leases now: some web process is there, or none ever was (as in tests of the services). */
export async function agentsCanCall(ctx: ReadContext): Promise<boolean> {
  const { _max } = await ctx.db.webProcess.aggregate({ _max: { seenAt: true } })
  return _max.seenAt === null || _max.seenAt > gone(ctx)
}
