import {
  decide,
  type FarmState,
  type Policy,
  type QueuedTask,
  type RunningTask,
  type Slot,
  type WorkerState,
} from './matching'
import { add, lesser, without } from './resources'

/** A run that is expected: when it would begin and end if nothing new came. Milliseconds since the epoch. */
export type Tick = { taskId: string; workerId: string; from: number; to: number }
export type Forecast = {
  ticks: Tick[]
  /** When all that was given out has ended; null when nothing was. */
  emptyAt: number | null
  /** Tasks that nobody would take as things stand. */
  stuck: string[]
  /** It stopped before the end: there was more than `most` to give out. */
  cut: boolean
}

/**
 * What becomes of the queue if nothing new comes and everything lasts as long as expected: `decide` is asked now, and again
 * whenever something ends or may change by itself. Only workers that are online take part. After a task without limits ends, only
 * its own worker is asked again; nobody else has gained room.
 */
export function forecast(state: FarmState, now: number, policy: Policy, most: number): Forecast {
  const workers = new Map(state.workers.filter((worker) => worker.online).map((worker) => [worker.id, worker]))
  const queue = new Map(state.queue.map((task) => [task.id, task]))
  const ticks: Tick[] = []
  let running: RunningTask[] = [...state.running].sort((a, b) => a.endsAt - b.endsAt)
  let slots: readonly Slot[] = state.slots
  let at = now
  let asked = [...workers.keys()]
  const all = () => [...workers.keys()]
  while (ticks.length < most && queue.size > 0) {
    const ask = asked.flatMap((id) => workers.get(id) ?? []).map((worker) => asOf(worker, at))
    const decision = decide({ ...state, workers: ask, queue: [...queue.values()], running, slots }, at, policy)
    const mine = new Set(asked)
    slots = [...slots.filter((slot) => !mine.has(slot.workerId)), ...decision.slots]
    for (const { taskId, workerId } of decision.assignments) {
      const [task, worker] = [queue.get(taskId), workers.get(workerId)]
      if (task === undefined || worker === undefined) continue
      queue.delete(taskId)
      slots = slots.filter((slot) => slot.taskId !== taskId)
      const to = at + Math.max(1, task.secondsByWorker[workerId] ?? task.expectedSeconds) * 1000
      ticks.push({ taskId, workerId, from: at, to })
      workers.set(workerId, { ...worker, available: without(worker.available, task.resources) })
      running.push(runOf(task, workerId, to))
    }
    running.sort((a, b) => a.endsAt - b.endsAt)
    const [next] = running
    const wake = decision.nextWake
    if (next === undefined && wake === null) break
    const ends = next?.endsAt ?? Infinity
    if (wake !== null && wake < ends) {
      at = wake
      asked = all()
      continue
    }
    at = Math.max(at, ends)
    const over = running.filter((one) => one.endsAt <= at)
    running = running.filter((one) => one.endsAt > at)
    for (const one of over) {
      const worker = workers.get(one.workerId)
      if (worker === undefined) continue
      const available = lesser(worker.totals, add(worker.available, one.resources))
      workers.set(one.workerId, { ...worker, available })
    }
    const limited = over.some((one) => one.platform !== null || one.hosts.length > 0) || slots.length > 0
    asked = limited ? all() : [...new Set(over.map((one) => one.workerId))].filter((id) => workers.has(id))
    if (asked.length === 0 && running.length === 0) asked = all()
  }
  const ends = [...ticks.map((tick) => tick.to), ...state.running.map((one) => one.endsAt)]
  const cut = ticks.length >= most && queue.size > 0
  return {
    ticks,
    emptyAt: ends.length === 0 ? null : Math.max(...ends),
    stuck: cut ? [] : [...queue.keys()],
    cut,
  }
}

/** Quiet hours are over once they are; when they come again is not looked at. */
const asOf = (worker: WorkerState, at: number): WorkerState =>
  worker.quietUntil !== null && worker.quietUntil <= at ? { ...worker, quietUntil: null } : worker

const runOf = (task: QueuedTask, workerId: string, endsAt: number): RunningTask => ({
  id: task.id,
  workerId,
  resources: task.resources,
  platform: task.platform,
  hosts: task.hosts,
  endsAt,
})
