import { add, fits, lacking, NONE, without, type ResourceName, type Resources } from './resources'

/** A task that a worker holds. `endsAt` is expected, in milliseconds since the epoch. */
export type RunningTask = {
  id: string
  workerId: string
  resources: Resources
  platform: string | null
  endsAt: number
}

export type WorkerState = {
  id: string
  name: string
  totals: Resources
  /** What is free: totals less what is reserved, or less if the worker says so. */
  available: Resources
  taskTypes: readonly string[]
  /** platform → most tasks at once on this worker */
  platforms: Readonly<Record<string, number>>
  selfish: boolean
  cordoned: boolean
  online: boolean
}

/** A task that waits. Times in milliseconds since the epoch, durations in seconds. */
export type QueuedTask = {
  id: string
  taskType: string
  priority: number
  resources: Resources
  platform: string | null
  pinnedWorkerId: string | null
  queuedAt: number
  notBefore: number | null
  expectedSeconds: number
  /** worker id → seconds, where measured */
  secondsByWorker: Readonly<Record<string, number>>
}

export type FarmState = {
  workers: readonly WorkerState[]
  queue: readonly QueuedTask[]
  running: readonly RunningTask[]
}

export type Policy = {
  /** platform → most tasks at once on the whole farm */
  platformTotals: Readonly<Record<string, number>>
  /** platform → most tasks at once on a worker that names no limit of its own */
  platformPerWorker: Readonly<Record<string, number>>
}

/** Why a worker does not get a task. */
export type Reason =
  | { code: 'not_before'; at: number }
  | { code: 'task_type'; taskType: string }
  | { code: 'too_big'; resource: ResourceName; need: number; total: number }
  | { code: 'pinned_elsewhere' }
  | { code: 'selfish' }
  | { code: 'cordoned' }
  | { code: 'offline' }
  | { code: 'platform_total'; platform: string; running: number; limit: number }
  | { code: 'platform_worker'; platform: string; running: number; limit: number }
  | { code: 'busy'; resource: ResourceName; need: number; free: number }
  | { code: 'behind'; taskId: string; startsAt: number | null }

export type Decision = {
  assignments: { taskId: string; workerId: string }[]
  /** task id → worker id → reasons; every task that is not assigned has at least one reason for every worker */
  reasons: Map<string, Map<string, Reason[]>>
  /** When something may change by itself, in milliseconds since the epoch; null when only an event can. */
  nextWake: number | null
}

const secondsOn = (task: QueuedTask, worker: WorkerState) => task.secondsByWorker[worker.id] ?? task.expectedSeconds

/** Priority first, then the longest on this worker, then who has waited longest (zimfarm.md §8, step 3). */
export function rank(worker: WorkerState) {
  return (a: QueuedTask, b: QueuedTask) =>
    b.priority - a.priority ||
    secondsOn(b, worker) - secondsOn(a, worker) ||
    a.queuedAt - b.queuedAt ||
    (a.id < b.id ? -1 : 1)
}

/** What stands between a task and a worker whatever else runs there: all reasons, not only the first. */
export function eligible(task: QueuedTask, worker: WorkerState, now: number): Reason[] {
  const reasons: Reason[] = []
  if (task.notBefore !== null && task.notBefore > now) reasons.push({ code: 'not_before', at: task.notBefore })
  if (!worker.taskTypes.includes(task.taskType)) reasons.push({ code: 'task_type', taskType: task.taskType })
  for (const resource of lacking(task.resources, worker.totals)) {
    reasons.push({ code: 'too_big', resource, need: task.resources[resource], total: worker.totals[resource] })
  }
  if (task.pinnedWorkerId !== null && task.pinnedWorkerId !== worker.id) reasons.push({ code: 'pinned_elsewhere' })
  if (worker.selfish && task.pinnedWorkerId !== worker.id) reasons.push({ code: 'selfish' })
  if (worker.cordoned) reasons.push({ code: 'cordoned' })
  if (!worker.online) reasons.push({ code: 'offline' })
  return reasons
}

/** The limits on tasks of one platform at once; a worker's own figure beats the farm's, and 0 means never (zimfarm.md §8, step 4). */
export function platformReasons(
  task: { platform: string | null },
  worker: WorkerState,
  running: readonly RunningTask[],
  policy: Policy,
): Reason[] {
  const { platform } = task
  if (platform === null) return []
  const onFarm = running.filter((other) => other.platform === platform)
  const onWorker = onFarm.filter((other) => other.workerId === worker.id)
  const total = policy.platformTotals[platform]
  const limit = worker.platforms[platform] ?? policy.platformPerWorker[platform]
  const reasons: Reason[] = []
  if (total !== undefined && onFarm.length >= total) {
    reasons.push({ code: 'platform_total', platform, running: onFarm.length, limit: total })
  }
  if (limit !== undefined && onWorker.length >= limit) {
    reasons.push({ code: 'platform_worker', platform, running: onWorker.length, limit })
  }
  return reasons
}

/**
 * When the tasks that end next on a worker will have freed what `task` lacks there; null when nothing runs on it.
 * As in the original, all running ones together count when even they would not be enough (zimfarm.md §8, step 7).
 */
export function startsAt(task: QueuedTask, worker: WorkerState, running: readonly RunningTask[]): number | null {
  const missing = without(task.resources, worker.available)
  const mine = running.filter((other) => other.workerId === worker.id).sort((a, b) => a.endsAt - b.endsAt)
  let freed: Resources = NONE
  let at: number | null = null
  for (const other of mine) {
    freed = add(freed, other.resources)
    at = other.endsAt
    if (fits(missing, freed)) break
  }
  return at
}

/**
 * Who runs what, and why not: the only code that decides it (zimfarm.md §8). Pure: no clock, no I/O.
 * A worker's first task in rank order starts when it fits; while it waits for room, a later one may go first only
 * if it fits now and ends before the first can start.
 */
export function decide(state: FarmState, now: number, policy: Policy): Decision {
  const assignments: Decision['assignments'] = []
  const reasons: Decision['reasons'] = new Map(state.queue.map((task) => [task.id, new Map<string, Reason[]>()]))
  const running = [...state.running]
  const assigned = new Set<string>()

  for (const original of state.workers) {
    let worker = original
    const open: QueuedTask[] = []
    for (const task of state.queue) {
      if (assigned.has(task.id)) continue
      const against = eligible(task, worker, now)
      if (against.length > 0) reasons.get(task.id)?.set(worker.id, against)
      else open.push(task)
    }
    open.sort(rank(worker))

    for (;;) {
      const candidates: QueuedTask[] = []
      for (const task of open) {
        if (assigned.has(task.id)) continue
        const against = platformReasons(task, worker, running, policy)
        if (against.length > 0) reasons.get(task.id)?.set(worker.id, against)
        else candidates.push(task)
      }
      const chosen = choose(candidates, worker, running, now, reasons)
      if (chosen === null) break
      assigned.add(chosen.id)
      assignments.push({ taskId: chosen.id, workerId: worker.id })
      running.push({
        id: chosen.id,
        workerId: worker.id,
        resources: chosen.resources,
        platform: chosen.platform,
        endsAt: now + secondsOn(chosen, worker) * 1000,
      })
      worker = { ...worker, available: without(worker.available, chosen.resources) }
    }
  }
  for (const id of assigned) reasons.delete(id)

  const wakes = [
    ...running.map((task) => task.endsAt),
    ...state.queue.flatMap((task) => (task.notBefore === null ? [] : [task.notBefore])),
  ].filter((at) => at > now)
  return { assignments, reasons, nextWake: wakes.length > 0 ? Math.min(...wakes) : null }
}

function choose(
  candidates: readonly QueuedTask[],
  worker: WorkerState,
  running: readonly RunningTask[],
  now: number,
  reasons: Decision['reasons'],
): QueuedTask | null {
  const [first, ...rest] = candidates
  if (first === undefined) return null
  const busy = (task: QueuedTask): Reason[] =>
    lacking(task.resources, worker.available).map((resource) => ({
      code: 'busy',
      resource,
      need: task.resources[resource],
      free: worker.available[resource],
    }))
  const blocks = busy(first)
  if (blocks.length === 0) return first
  reasons.get(first.id)?.set(worker.id, blocks)

  const opensAt = startsAt(first, worker, running)
  for (const task of rest) {
    const against = busy(task)
    if (against.length === 0 && opensAt !== null && now + secondsOn(task, worker) * 1000 <= opensAt) return task
    reasons.get(task.id)?.set(worker.id, [...against, { code: 'behind', taskId: first.id, startsAt: opensAt }])
  }
  return null
}

/** When a running task is expected to end: at least a minute from now, and half a percent late (zimfarm.md §8, step 1). */
export function expectedEnd(since: number, expectedSeconds: number, now: number): number {
  const elapsed = (now - since) / 1000
  return now + Math.max(expectedSeconds - elapsed, 60) * 1.005 * 1000
}
