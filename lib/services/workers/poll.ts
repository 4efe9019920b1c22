import { CroftError } from '#lib/core/error'
import { POLLED_STAGES } from '#lib/core/lease'
import type { Resources } from '#lib/core/resources'
import type { TaskDetails } from '#lib/core/task-view'
import { offer } from '#lib/db/queue'
import type { Context, ReadContext } from '../context'
import { getTask } from '../tasks/get'
import { nextTaskFor } from '../tasks/take'

const living = (name: string) => ({ name, deletedAt: null, account: { deletedAt: null } })

/** @throws CroftError not_found */
export async function workerByName(ctx: ReadContext, name: string) {
  const worker = await ctx.db.worker.findFirst({
    where: living(name),
    include: { account: { select: { username: true } } },
  })
  if (worker === null) throw new CroftError('not_found', `there is no worker ${name}: check it in first`)
  return worker
}

/** What a worker says of itself with a poll. */
type Told = { available?: Resources; totals?: Partial<Resources> }

/** Notes that a worker's owner has called, and keeps the leases of all that it runs; what it has yet to begin or to stop has its time. */
export async function seen(ctx: Context, workerId: string, ip: string | null, told: Told = {}): Promise<void> {
  const now = ctx.now()
  const { available, totals } = told
  await ctx.db.worker.update({
    where: { id: workerId },
    data: {
      lastSeenAt: now,
      ...(ip !== null && { lastIp: ip }),
      ...(available !== undefined && {
        availableCpu: available.cpu,
        availableMemory: available.memory,
        availableDisk: available.disk,
      }),
      ...totals,
    },
    select: { id: true },
  })
  await ctx.db.$executeRaw`
    UPDATE task SET lease_expires_at = ${now}::timestamptz + make_interval(secs => lease_seconds)
    WHERE worker_id = ${workerId}::uuid AND status IN ('reserved', 'started') AND lease_expires_at > ${now}
      AND stage = ANY(${[...POLLED_STAGES]}) AND cancel_requested_at IS NULL`
}

/** After so many collisions with other polls a worker is told that there is nothing, and comes again. */
const TRIES = 20

/**
 * The task that the worker should take next (zimfarm.md §6.3). Nothing is reserved, but for some seconds no other
 * worker is told of the same task. Only its owner is told of one; `nothing` only notes what the worker says.
 */
export async function poll(
  ctx: Context,
  input: { worker: string; available: Resources; totals?: Partial<Resources>; ip: string | null; nothing?: boolean },
): Promise<TaskDetails | null> {
  const worker = await workerByName(ctx, input.worker)
  if (ctx.actor.kind !== 'account' || ctx.actor.accountId !== worker.accountId) return null
  await seen(ctx, worker.id, input.ip, input)
  if (input.nothing === true) return null
  for (let tries = 0; tries < TRIES; tries++) {
    const taskId = await nextTaskFor(ctx, worker, input.available)
    if (taskId === null) return null
    if (await offer(ctx.db, { taskId, workerId: worker.id, now: ctx.now() })) return getTask(ctx, taskId)
  }
  return null
}
