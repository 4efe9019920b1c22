import { CroftError } from '#lib/core/error'
import { expectedEnd, explain, type QueuedTask, type Reason } from '#lib/core/matching'
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
  type ShapeFacts,
} from '#lib/db/why'
import type { ReadContext } from '../context'
import { RANK_COUNTED, rankOf } from './get'
import { rulesFor } from './rules'
import { stateOfCandidate, workerState } from './states'

/** Tasks of the same shape before a task are counted up to here. */
const COUNTED = 1_000

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
  const taskTypes = new Set([task.taskTypeId])
  for (const row of rows) {
    if (row.taskTypes.includes(task.taskTypeId)) for (const taskType of row.taskTypes) taskTypes.add(taskType)
  }
  const oldBefore = new Date(now.getTime() - ctx.settings.policy.ageing.stepSeconds * 1000)
  const [first, before, rank] = await Promise.all([
    firstOfShapes(sql, [...taskTypes], now, oldBefore),
    beforeInShape(sql, taskId, COUNTED),
    rankOf(ctx, taskId),
  ])
  const others = first.tasks.filter(([id]) => id !== taskId)
  const scheduleIds = [task.scheduleId, ...others.map(([, , scheduleId]) => scheduleId)].filter((id) => id !== null)
  const [times, { policy, ...rules }] = await Promise.all([
    measuredTimes(sql, [...new Set(scheduleIds)]),
    rulesFor(ctx, { tasks: [taskId, ...others.map(([id]) => id)] }),
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
    workers: rows.map((row) =>
      workerState({ ...row, lastSeenAt: row.lastSeen === null ? null : new Date(row.lastSeen) }, now),
    ),
    queue: [
      { ...stateOfCandidate(task, ''), secondsByWorker: timesOf(task.scheduleId) },
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
  const seen = others.filter(([, shapeId]) => shapeId === task.shapeId).length
  const unseen = before > seen ? before : 0
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
function withName<T extends Reason | Change>(one: T, nameOf: (id: string) => string, schedule: string): T {
  if ('scope' in one && one.scope === 'schedule') return { ...one, subject: schedule }
  if ('workerId' in one) return { ...one, worker: nameOf(one.workerId) }
  if ('subject' in one) return { ...one, subject: nameOf(one.subject) }
  return one
}
