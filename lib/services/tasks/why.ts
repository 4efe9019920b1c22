import { CroftError } from '#lib/core/error'
import { expectedEnd, explain, type FarmState, type Policy, type QueuedTask, type Reason } from '#lib/core/matching'
import { suggest, type Change } from '#lib/core/suggest'
import { sqlOf } from '#lib/db/sql'
import {
  beforeInShape,
  everyRunning,
  everyWorker,
  firstOfShapes,
  measuredTimes,
  oneTask,
  type OtherFacts,
  type RunningFacts,
  type ShapeFacts,
  type WaitingTask,
  type WorkerFacts,
} from '#lib/db/why'
import type { ReadContext } from '../context'
import { RANK_COUNTED, rankOf } from './get'
import { rulesFor } from './rules'
import { stateOfCandidate, workerState } from './states'

/** Tasks of the same shape before a task are counted up to here. */
export const COUNTED = 1_000

export type Why = {
  rank: number
  /** Else there are at least `rank` before it. */
  rankExact: boolean
  workers: { worker: string; reasons: Reason[]; changes: Change[] | null }[]
  smallest: { worker: string; changes: Change[] } | null
  soonest: { worker: string; at: Date } | null
}

/**
 * Why a waiting task does not run: every reason of every worker, by the very rules that give out the work, and the
 * least that would start it. A worker without reasons will take it when it asks next. Its cost grows with the number of workers, not of tasks.
 * @throws CroftError not_found; conflict when the task does not wait
 */
export async function whyTask(ctx: ReadContext, taskId: string): Promise<Why> {
  const sql = sqlOf(ctx.db)
  const now = ctx.now()
  const [task, rows, running] = await Promise.all([oneTask(sql, taskId), everyWorker(sql), everyRunning(sql)])
  if (task === null) throw new CroftError('not_found', `there is no task ${taskId}`)
  if (task.status !== 'requested') throw new CroftError('conflict', `the task is ${task.status}: it does not wait`)
  const [around, before, rank] = await Promise.all([
    stateAround(ctx, [task], rows, running),
    beforeInShape(sql, taskId, COUNTED),
    rankOf(ctx, taskId),
  ])
  const { state, policy } = around
  const unseen = unseenBefore(around, task, before)
  const reasons = explain(state, taskId, now.getTime(), policy, unseen)
  const { changes, smallest, soonest } = suggest(state, taskId, reasons, now.getTime(), policy, unseen)
  const names = new Map(rows.map(({ id, name }) => [id, name]))
  const nameOf = (id: string) => names.get(id) ?? id
  const named = (of: Change[]) => of.map((change) => withName(change, nameOf, task.scheduleName))
  return {
    rank,
    rankExact: rank < RANK_COUNTED,
    workers: rows.map(({ id, name }) => {
      const some = changes.get(id) ?? null
      return {
        worker: name,
        reasons: (reasons.get(id) ?? []).map((reason) => withName(reason, nameOf, task.scheduleName)),
        changes: some === null ? null : named(some),
      }
    }),
    smallest: smallest && { worker: nameOf(smallest.workerId), changes: named(smallest.changes) },
    soonest: soonest && { worker: nameOf(soonest.workerId), at: new Date(soonest.at) },
  }
}

const NO_TIMES: Record<string, number> = {}
type Around = { state: FarmState; policy: Policy; others: readonly OtherFacts[] }

/** The farm as far as it matters to some waiting tasks, with the first of what else waits for the same workers. */
export async function stateAround(
  ctx: ReadContext,
  tasks: readonly WaitingTask[],
  workers: readonly WorkerFacts[],
  running: readonly RunningFacts[],
): Promise<Around> {
  const sql = sqlOf(ctx.db)
  const now = ctx.now()
  const ids = new Set(tasks.map(({ id }) => id))
  const taskTypes = new Set(tasks.map(({ taskTypeId }) => taskTypeId))
  for (const wanted of [...taskTypes]) {
    for (const row of workers) if (row.taskTypes.includes(wanted)) row.taskTypes.forEach((type) => taskTypes.add(type))
  }
  const oldBefore = new Date(now.getTime() - ctx.settings.policy.ageing.stepSeconds * 1000)
  const first = await firstOfShapes(sql, [...taskTypes], now, oldBefore)
  const others = first.tasks.filter(([id]) => !ids.has(id))
  const scheduleIds = [...tasks.map(({ scheduleId }) => scheduleId), ...others.map(([, , scheduleId]) => scheduleId)]
  const [times, { policy, ...rules }] = await Promise.all([
    measuredTimes(sql, [...new Set(scheduleIds.filter((id) => id !== null))]),
    rulesFor(ctx, { tasks: [...ids, ...others.map(([id]) => id)] }),
  ])
  const measured = new Map<string, Record<string, number>>()
  for (const [scheduleId, workerId, seconds] of times) {
    const known = measured.get(scheduleId) ?? {}
    known[workerId] = seconds
    measured.set(scheduleId, known)
  }
  const timesOf = (scheduleId: string | null) =>
    (scheduleId === null ? undefined : measured.get(scheduleId)) ?? NO_TIMES
  const state = {
    ...rules,
    workers: workers.map((row) =>
      workerState({ ...row, lastSeenAt: row.lastSeen === null ? null : new Date(row.lastSeen) }, now),
    ),
    queue: [
      ...tasks.map((task) => ({ ...stateOfCandidate(task, ''), secondsByWorker: timesOf(task.scheduleId) })),
      ...queueOf(first.shapes, others, timesOf),
    ],
    running: running.map(([workerId, cpu, memory, disk, platform, hosts, since, expected], index) => ({
      id: String(index),
      workerId,
      resources: { cpu, memory, disk },
      platform,
      hosts,
      endsAt: expectedEnd(since, expected, now.getTime()),
    })),
  }
  return { state, policy, others }
}

/** How many tasks of the same kind go before one that are not in the state; `before` is how many there are in all. */
export function unseenBefore(
  { others }: Pick<Around, 'others'>,
  task: WaitingTask,
  before: number,
  asked: readonly WaitingTask[] = [],
): number {
  const seen =
    others.filter(([, shape]) => shape === task.shapeId).length +
    asked.filter(({ id, shapeId }) => id !== task.id && shapeId === task.shapeId).length
  return before > seen ? before : 0
}

function queueOf(
  shapes: readonly ShapeFacts[],
  tasks: readonly OtherFacts[],
  timesOf: (scheduleId: string | null) => Record<string, number>,
): QueuedTask[] {
  const byId = new Map(shapes.map((shape) => [shape.id, shape]))
  return tasks.flatMap(([id, shapeId, schedule, priority, hosts, queuedAt, notBefore, expectedSeconds]) => {
    const shape = byId.get(shapeId)
    if (shape === undefined) return []
    return {
      id,
      taskType: shape.taskTypeId,
      schedule,
      priority,
      resources: { cpu: shape.cpu, memory: shape.memory, disk: shape.disk },
      platform: shape.platform || null,
      context: shape.context,
      hosts,
      image: shape.image || null,
      pinnedWorkerId: shape.pinnedWorkerId,
      queuedAt,
      notBefore,
      expectedSeconds,
      secondsByWorker: timesOf(schedule),
    }
  })
}

/** Workers and schedules by name, where a reason or a change knows them by id. */
export function withName<T extends Reason | Change>(one: T, nameOf: (id: string) => string, schedule: string): T {
  if ('scope' in one && one.scope === 'schedule') return { ...one, subject: schedule }
  if ('workerId' in one) return { ...one, worker: nameOf(one.workerId) }
  if ('subject' in one) return { ...one, subject: nameOf(one.subject) }
  return one
}
