import { CroftError } from '#lib/core/error'
import { POLLED_STAGES } from '#lib/core/lease'
import type { Resources } from '#lib/core/resources'
import type { TaskDetails } from '#lib/core/task-view'
import { offer } from '#lib/db/queue'
import { durationOn, noteSeen, workerRow, type Duration } from '#lib/db/worker'
import type { Context, ReadContext } from '../context'
import { getTask } from '../tasks/get'
import { nextTaskFor } from '../tasks/take'

/** @throws CroftError not_found */
export async function workerByName(ctx: ReadContext, name: string) {
  const worker = await workerRow(ctx.db, { name })
  if (worker === null) throw new CroftError('not_found', `there is no worker ${name}: register it first`)
  return worker
}

/** What a worker says of itself with a poll. */
type Told = { available?: Resources; totals?: Partial<Resources> }

/** Notes that a worker's owner has called, and keeps the leases of all that it runs; what it has yet to begin or to stop has its time. */
export const seen = (ctx: Context, workerId: string, ip: string | null, told: Told = {}): Promise<void> =>
  noteSeen(ctx.db, workerId, { ip, now: ctx.now(), stages: POLLED_STAGES, ...told })

/** After so many collisions with other polls a worker is told that there is nothing, and comes again. */
const TRIES = 20

/** A task that a worker is told of, and what it takes there; no duration where nothing is known. */
export type PolledTask = { task: TaskDetails; duration: Duration | null }

/**
 * The task that the worker should take next (zimfarm.md §6.3). Nothing is reserved, but for some seconds no other
 * worker is told of the same task. Only its owner is told of one; `nothing` only notes what the worker says.
 */
export async function poll(
  ctx: Context,
  input: {
    worker: string | Awaited<ReturnType<typeof workerByName>>
    available: Resources
    totals?: Partial<Resources>
    ip: string | null
    nothing?: boolean
  },
): Promise<PolledTask | null> {
  const worker = typeof input.worker === 'string' ? await workerByName(ctx, input.worker) : input.worker
  if (ctx.actor.kind !== 'account' || ctx.actor.accountId !== worker.accountId) return null
  await seen(ctx, worker.id, input.ip, input)
  if (input.nothing === true) return null
  for (let tries = 0; tries < TRIES; tries++) {
    const { taskId } = await nextTaskFor(ctx, worker, input.available)
    if (taskId === null) return null
    if (await offer(ctx.db, { taskId, workerId: worker.id, now: ctx.now() })) {
      const [task, duration] = await Promise.all([getTask(ctx, taskId), durationOn(ctx.db, taskId, worker.id)])
      return { task, duration }
    }
  }
  return null
}
