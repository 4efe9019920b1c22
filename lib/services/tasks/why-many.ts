import { forecast } from '#lib/core/forecast'
import { decide, type Reason } from '#lib/core/matching'
import { nearestWorker } from '#lib/core/reason'
import { sqlOf } from '#lib/db/sql'
import { beforeInShapeEach, countBeforeEach, everyRunning, everyWorker, manyTasks } from '#lib/db/why'
import type { ReadContext } from '../context'
import { RANK_COUNTED } from './get'
import { COUNTED, stateAround, unseenBefore, withName } from './why'

export type ShortWhy = {
  id: string
  /** Tasks before it in the queue; at least so many where `rankExact` is false. */
  rank: number
  rankExact: boolean
  /** The worker that is nearest to taking it, and what stands most between them; no reason: it takes it when it asks next. */
  worker: string | null
  reason: Reason | null
  /** Where and when it starts if nobody does anything; null when that cannot be told. */
  start: { worker: string; at: Date } | null
}

/**
 * How many pairs of a worker and a task the forecast may look at after its first look: about a tenth of a second. Where
 * the first look is more than that, only what starts now is told.
 */
const PAIRS = 200_000

/**
 * Why each of some waiting tasks waits, in one line, and when it starts: one `decide` for all, as if every worker asked
 * now, and the same again at the times when something ends. Tasks that do not wait are left out.
 */
export async function whyTasks(ctx: ReadContext, taskIds: string[]): Promise<ShortWhy[]> {
  const sql = sqlOf(ctx.db)
  const now = ctx.now().getTime()
  const tasks = await manyTasks(sql, [...new Set(taskIds)])
  if (tasks.length === 0) return []
  const ids = tasks.map(({ id }) => id)
  const [workers, running, ranks, before] = await Promise.all([
    everyWorker(sql),
    everyRunning(sql),
    countBeforeEach(sql, ids, RANK_COUNTED),
    beforeInShapeEach(sql, ids, COUNTED),
  ])
  const around = await stateAround(ctx, tasks, workers, running)
  const { state, policy } = around
  const { assignments, reasons } = decide(state, now, policy)
  const limited = [policy.platformTotals, policy.platformPerWorker, policy.hostTotals, policy.hostPerWorker].some(
    (limits) => Object.keys(limits).length > 0,
  )
  // Where there are limits, every worker is asked again at each step.
  const asked = limited ? state.workers.length : 1
  const most = assignments.length + Math.ceil(PAIRS / Math.max(1, asked * state.queue.length))
  const ticks =
    state.workers.length * state.queue.length > PAIRS
      ? assignments.map((assignment) => ({ ...assignment, from: now }))
      : forecast(state, now, policy, Math.min(most, state.queue.length)).ticks
  const starts = new Map(ticks.map((tick) => [tick.taskId, tick]))
  const takers = new Map(assignments.map(({ taskId, workerId }) => [taskId, workerId]))
  const names = new Map(workers.map(({ id, name }) => [id, name]))
  const nameOf = (id: string) => names.get(id) ?? id
  return tasks.map((task): ShortWhy => {
    const unseen = unseenBefore(around, task, before.get(task.id) ?? 0, tasks)
    const taker = takers.get(task.id)
    const nearest =
      taker === undefined
        ? nearestWorker([...(reasons.get(task.id) ?? [])].map(([worker, against]) => ({ worker, reasons: against })))
        : { worker: taker, reason: null }
    const reason: Reason | null =
      nearest?.reason === null && unseen > 0 ? { code: 'queue', ahead: unseen } : (nearest?.reason ?? null)
    const start = unseen > 0 ? undefined : starts.get(task.id)
    const rank = ranks.get(task.id) ?? 0
    return {
      id: task.id,
      rank,
      rankExact: rank < RANK_COUNTED,
      worker: nearest === null ? null : nameOf(nearest.worker),
      reason: reason && withName(reason, nameOf, task.scheduleName),
      start: start === undefined ? null : { worker: nameOf(start.workerId), at: new Date(start.from) },
    }
  })
}
