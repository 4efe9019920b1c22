import { CroftError } from '#lib/core/error'
import { decide, eligible, type Reason } from '#lib/core/matching'
import type { ReadContext } from '../context'
import { rankOf } from './get'
import { queuedTasks, runningTasks, waiting, workerState } from './take'

export type Why = { rank: number; workers: { worker: string; reasons: Reason[] }[]; nextWake: Date | null }

/**
 * Why a waiting task does not run: every reason of every worker, by the very `decide` that gives out the work.
 * A worker without reasons will take it when it asks next.
 * @throws CroftError not_found; conflict when the task does not wait
 */
export async function whyTask(ctx: ReadContext, taskId: string): Promise<Why> {
  const task = await ctx.db.task.findUnique({ where: { id: taskId } })
  if (task === null) throw new CroftError('not_found', `there is no task ${taskId}`)
  if (task.status !== 'requested') throw new CroftError('conflict', `the task is ${task.status}: it does not wait`)
  const now = ctx.now()
  const workers = await ctx.db.worker.findMany({
    where: { deletedAt: null, kind: { not: 'in_process' } },
    orderBy: { name: 'asc' },
  })
  const ids = workers.map((worker) => worker.id)
  const others = await waiting(ctx, { priority: { gte: task.priority }, id: { not: taskId } }, ids)
  const own = await queuedTasks(ctx, [task], ids)
  const states = workers.map((worker) => workerState(worker, now))
  const running = await runningTasks(ctx)
  const decision = decide(
    {
      workers: states,
      queue: [...own, ...others],
      running,
      pauses: [],
      breakers: [],
      slots: [],
    },
    now.getTime(),
    ctx.settings.policy,
  )
  // The decision tells nothing of a task that it gives to a worker; what keeps the others from it is told all the same.
  const reasons =
    decision.reasons.get(taskId) ??
    new Map(states.map((state) => [state.id, own.flatMap((waits) => eligible(waits, state, now.getTime()))]))
  return {
    rank: await rankOf(ctx, taskId),
    workers: workers.map((worker) => ({ worker: worker.name, reasons: reasons.get(worker.id) ?? [] })),
    nextWake: decision.nextWake === null ? null : new Date(decision.nextWake),
  }
}
