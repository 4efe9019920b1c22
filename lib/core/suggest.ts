import {
  explain,
  firstPlaces,
  type BreakerKind,
  type FarmState,
  type PauseScope,
  type Policy,
  type QueuedTask,
  type Reason,
  type WorkerState,
} from './matching'
import { add, fits, lacking, NONE, RESOURCE_NAMES, without, type Resources } from './resources'

type LimitCode = 'platform_total' | 'platform_worker' | 'host_total' | 'host_worker'
/** One thing that a person can do about a waiting task, on one worker. */
export type Change =
  | { kind: 'end_pause'; pause: string; scope: PauseScope; subject: string }
  | { kind: 'reset_breaker'; breaker: BreakerKind; subject: string }
  | { kind: 'uncordon' }
  | { kind: 'enable' }
  | { kind: 'end_quiet' }
  | { kind: 'start_now' }
  | { kind: 'raise_limit'; limit: LimitCode; subject: string; to: number }
  | { kind: 'raise_priority'; to: number }
  /** Give it to this worker alone. */
  | { kind: 'pin' }
  /** So much more must be free on the worker. */
  | { kind: 'free'; resources: Resources }
  /** The task must ask no more than this. */
  | { kind: 'ask_less'; resources: Partial<Resources> }
  | { kind: 'connect' }
  | { kind: 'add_context'; context: string }
  | { kind: 'add_task_type'; taskType: string }

/** What each change costs those who make it: a switch 1, another decision 2, a hand on a machine 3, a new program 5. */
const COST: Record<Change['kind'], number> = {
  end_pause: 1,
  reset_breaker: 1,
  uncordon: 1,
  enable: 1,
  end_quiet: 1,
  start_now: 1,
  raise_limit: 1,
  raise_priority: 1,
  pin: 2,
  free: 2,
  ask_less: 3,
  connect: 3,
  add_context: 3,
  add_task_type: 5,
}
export const costOf = (changes: readonly Change[]) => changes.reduce((sum, { kind }) => sum + COST[kind], 0)

/** The biggest priority that can be given (zimfarm.md §6.5). */
const MOST_PRIORITY = 10

/** What answers a reason; nothing where the queue's order is the reason, or where another change answers it, too. */
function answerTo(reason: Reason): Change | null {
  switch (reason.code) {
    case 'not_before':
      return { kind: 'start_now' }
    case 'task_type':
      return { kind: 'add_task_type', taskType: reason.taskType }
    case 'pinned_elsewhere':
    case 'selfish':
      return { kind: 'pin' }
    case 'context':
    case 'context_address':
      return { kind: 'add_context', context: reason.context }
    case 'disabled':
      return { kind: 'enable' }
    case 'cordoned':
      return { kind: 'uncordon' }
    case 'quiet':
      return { kind: 'end_quiet' }
    case 'offline':
      return { kind: 'connect' }
    case 'paused':
      return { kind: 'end_pause', pause: reason.id, scope: reason.scope, subject: reason.subject }
    case 'breaker':
      return { kind: 'reset_breaker', breaker: reason.kind, subject: reason.subject }
    case 'platform_total':
    case 'platform_worker':
      return { kind: 'raise_limit', limit: reason.code, subject: reason.platform, to: reason.running + 1 }
    case 'host_total':
    case 'host_worker':
      return { kind: 'raise_limit', limit: reason.code, subject: reason.host, to: reason.running + 1 }
    case 'too_big':
    case 'busy':
    case 'behind':
    case 'queue':
    case 'planned':
      return null
  }
}

/** Room for the task: what it asks beyond the worker's totals it must ask less, the rest must become free. */
function roomFor(task: QueuedTask, worker: WorkerState): Change[] {
  const tooBig = lacking(task.resources, worker.totals)
  const less = Object.fromEntries(tooBig.map((name) => [name, worker.totals[name]]))
  const need = { ...task.resources, ...less }
  const missing = without(need, worker.available)
  return [
    ...(tooBig.length > 0 ? [{ kind: 'ask_less', resources: less } as const] : []),
    ...(lacking(need, worker.available).length > 0 ? [{ kind: 'free', resources: missing } as const] : []),
  ]
}

/**
 * What would start the task on a worker when that worker asks next: an answer to each reason, room, and the first place
 * in its queue. Null when the first place is out of reach. No changes when there is no reason.
 */
function changesFor(
  task: QueuedTask,
  worker: WorkerState,
  reasons: readonly Reason[],
  firstPriority: (task: QueuedTask, worker: WorkerState) => number,
): Change[] | null {
  if (reasons.length === 0) return []
  const to = firstPriority(task, worker)
  if (to > MOST_PRIORITY) return null
  const changes: Change[] = []
  for (const reason of reasons) {
    const answer = answerTo(reason)
    if (answer === null || (answer.kind === 'pin' && changes.some(({ kind }) => kind === 'pin'))) continue
    changes.push(answer)
  }
  if (!fits(task.resources, worker.available)) changes.push(...roomFor(task, worker))
  if (to > task.priority) changes.push({ kind: 'raise_priority', to })
  return changes
}

/** The farm after changes on one worker, which is then the only one that asks. */
export function changed(
  state: FarmState,
  taskId: string,
  workerId: string,
  changes: readonly Change[],
  policy: Policy,
): { state: FarmState; policy: Policy } {
  let rules = policy
  let { pauses, breakers } = state
  let worker = state.workers.find((one) => one.id === workerId)
  let task = state.queue.find((one) => one.id === taskId)
  if (worker === undefined || task === undefined) return { state: { ...state, workers: [] }, policy }
  for (const change of changes) {
    switch (change.kind) {
      case 'end_pause':
        pauses = pauses.filter((pause) => pause.id !== change.pause)
        break
      case 'reset_breaker':
        breakers = breakers.filter(({ kind, subject }) => kind !== change.breaker || subject !== change.subject)
        break
      case 'uncordon':
        worker = { ...worker, cordoned: false }
        break
      case 'end_quiet':
        worker = { ...worker, quietUntil: null }
        break
      case 'enable':
        worker = { ...worker, disabled: false }
        break
      case 'start_now':
        task = { ...task, notBefore: null }
        break
      case 'raise_limit': {
        const raised = { [change.subject]: change.to }
        if (change.limit === 'platform_total') {
          rules = { ...rules, platformTotals: { ...rules.platformTotals, ...raised } }
        } else if (change.limit === 'host_total') {
          rules = { ...rules, hostTotals: { ...rules.hostTotals, ...raised } }
        } else if (change.limit === 'host_worker') {
          rules = { ...rules, hostPerWorker: { ...rules.hostPerWorker, ...raised } }
        } else {
          worker = { ...worker, platforms: { ...worker.platforms, ...raised } }
        }
        break
      }
      case 'raise_priority':
        task = { ...task, priority: change.to }
        break
      case 'pin':
        task = { ...task, pinnedWorkerId: workerId }
        break
      case 'free':
        worker = { ...worker, available: add(worker.available, change.resources) }
        break
      case 'ask_less':
        task = { ...task, resources: { ...task.resources, ...change.resources } }
        break
      case 'connect':
        worker = { ...worker, online: true }
        break
      case 'add_context':
        worker = { ...worker, contexts: { ...worker.contexts, [change.context]: null } }
        break
      case 'add_task_type':
        worker = { ...worker, taskTypes: [...worker.taskTypes, change.taskType] }
        break
    }
  }
  const [asks, waits] = [worker, task]
  return {
    policy: rules,
    state: {
      ...state,
      pauses,
      breakers,
      workers: [asks],
      queue: state.queue.map((one) => (one.id === taskId ? waits : one)),
    },
  }
}

/** The farm at a later time, with nothing new: what is expected to have ended has ended. */
export function later(state: FarmState, worker: WorkerState, at: number): FarmState {
  const over = state.running.filter((one) => one.endsAt <= at)
  const freed = over.filter((one) => one.workerId === worker.id).reduce((sum, one) => add(sum, one.resources), NONE)
  const available = { ...worker.available }
  for (const name of RESOURCE_NAMES) {
    available[name] = Math.min(worker.totals[name], worker.available[name] + freed[name])
  }
  return {
    ...state,
    workers: [{ ...worker, available }],
    running: state.running.filter((one) => one.endsAt > at),
  }
}

/** The farm as far as it matters to one worker: without limits, what runs elsewhere does not. */
function narrowed(state: FarmState, workerId: string, policy: Policy): FarmState {
  const limits = [policy.platformTotals, policy.platformPerWorker, policy.hostTotals, policy.hostPerWorker]
  if (limits.some((one) => Object.keys(one).length > 0)) return state
  return { ...state, running: state.running.filter((one) => one.workerId === workerId) }
}

/** When all that a reason says has passed by itself; null when it does not pass by itself, or nobody knows when. */
function passesAt(reason: Reason): number | null {
  if (reason.code === 'not_before') return reason.at
  if (reason.code === 'paused') return reason.until
  if (reason.code === 'breaker') return reason.probing ? null : reason.retryAt
  if (reason.code === 'planned' || reason.code === 'behind') return reason.startsAt
  if (reason.code === 'busy') return 0
  return null
}

function allPassAt(reasons: readonly Reason[]): number | null {
  let last = 0
  for (const reason of reasons) {
    const at = passesAt(reason)
    if (at === null) return null
    if (at > last) last = at
  }
  return last
}

export type Suggestion = {
  /** worker id → what would start the task there; null when nothing within reach would */
  changes: Map<string, Change[] | null>
  /** The least of them; null when some worker takes the task anyway, or nothing would start it. */
  smallest: { workerId: string; changes: Change[] } | null
  /** Where and when it starts if nobody does anything and all ends as expected; null when that cannot be told. */
  soonest: { workerId: string; at: number } | null
}

/** How many of the best are tried for something smaller yet, and for when they start by themselves. */
const TRIED = 5

/**
 * What would start a waiting task, and what the least of it is. Each suggestion is enough by itself when that worker
 * asks next. `reasons` and `unseen` are those of `explain`.
 */
export function suggest(
  state: FarmState,
  taskId: string,
  reasons: ReadonlyMap<string, Reason[]>,
  now: number,
  policy: Policy,
  unseen = 0,
): Suggestion {
  const changes: Suggestion['changes'] = new Map()
  const task = state.queue.find((one) => one.id === taskId)
  if (task === undefined) return { changes, smallest: null, soonest: null }
  const possible: { workerId: string; changes: Change[]; cost: number }[] = []
  const waits: { worker: WorkerState; at: number }[] = []
  const firstPriority = firstPlaces(state.queue, now, policy.ageing)
  for (const worker of state.workers) {
    const against = reasons.get(worker.id) ?? []
    const found = changesFor(task, worker, against, firstPriority)
    changes.set(worker.id, found)
    if (found !== null) possible.push({ workerId: worker.id, changes: found, cost: costOf(found) })
    const at = allPassAt(against)
    if (at !== null && at > now) waits.push({ worker, at })
  }
  possible.sort((a, b) => a.cost - b.cost)
  const taken = possible[0]?.changes.length === 0
  const best = taken ? [] : possible.slice(0, TRIED).map((one) => reduced(state, taskId, one, now, policy, unseen))
  best.sort((a, b) => costOf(a.changes) - costOf(b.changes))
  waits.sort((a, b) => a.at - b.at)
  const first = waits.slice(0, TRIED).find(({ worker, at }) => {
    const then = later(narrowed(state, worker.id, policy), worker, at)
    return unseen === 0 && explain(then, taskId, at, policy).get(worker.id)?.length === 0
  })
  return {
    changes,
    smallest: best[0] ?? null,
    soonest: first === undefined || taken ? null : { workerId: first.worker.id, at: first.at },
  }
}

/** The same without a higher priority, where the task starts without it, too. */
function reduced(
  state: FarmState,
  taskId: string,
  { workerId, changes }: { workerId: string; changes: Change[] },
  now: number,
  policy: Policy,
  unseen: number,
): { workerId: string; changes: Change[] } {
  const less = changes.filter((change) => change.kind !== 'raise_priority')
  if (less.length === changes.length || less.length === 0) return { workerId, changes }
  const then = changed(narrowed(state, workerId, policy), taskId, workerId, less, policy)
  const starts = explain(then.state, taskId, now, then.policy, unseen).get(workerId)?.length === 0
  return { workerId, changes: starts ? less : changes }
}
