import { add, fits, lacking, NONE, without, type ResourceName, type Resources } from './resources'

/** A task that a worker holds. `endsAt` is expected, in milliseconds since the epoch. */
export type RunningTask = {
  id: string
  workerId: string
  resources: Resources
  platform: string | null
  hosts: readonly string[]
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
  /** context → the address that it must call from, or null for any */
  contexts: Readonly<Record<string, string | null>>
  /** The address that it last called from. */
  address: string | null
  selfish: boolean
  /** Its own wish. */
  cordoned: boolean
  /** An administrator's word. */
  disabled: boolean
  /** It has quiet hours until then, in milliseconds since the epoch; null when it has none now. */
  quietUntil: number | null
  online: boolean
}

/** A task that waits. Times in milliseconds since the epoch, durations in seconds. */
export type QueuedTask = {
  id: string
  taskType: string
  /** The schedule's id; null once it is gone. */
  schedule: string | null
  priority: number
  resources: Resources
  platform: string | null
  /** Empty for any worker. */
  context: string
  hosts: readonly string[]
  /** `name:tag`; null for what needs no image. */
  image: string | null
  pinnedWorkerId: string | null
  queuedAt: number
  notBefore: number | null
  expectedSeconds: number
  /** worker id → seconds, where measured */
  secondsByWorker: Readonly<Record<string, number>>
}

export const PAUSE_SCOPES = ['farm', 'task_type', 'platform', 'host', 'schedule', 'worker'] as const
export type PauseScope = (typeof PAUSE_SCOPES)[number]
/** Somebody holds part of the farm back. `subject` is empty for the farm, a schedule's or worker's id, else a name. */
export type Pause = {
  id: string
  scope: PauseScope
  subject: string
  reason: string
  author: string
  /** It ends by itself then; null when only a person ends it. */
  until: number | null
}

export const BREAKER_KINDS = ['task_type', 'image', 'worker'] as const
export type BreakerKind = (typeof BREAKER_KINDS)[number]
/** An open breaker: too many failures in a row point at its subject (lib/core/breaker.ts). */
export type OpenBreaker = {
  kind: BreakerKind
  /** A task type, an image as `name:tag`, or a worker's id. */
  subject: string
  since: number
  failures: number
  /** From then on one task at a time may try. */
  retryAt: number
  /** Such a task runs now. */
  probing: boolean
}

/**
 * A big task's place: one worker keeps room for it, so that it starts then at the latest. `startsAt` is a promise: it
 * may become earlier, but what is let in before it must end before it.
 */
export type Slot = { taskId: string; workerId: string; startsAt: number }

export type FarmState = {
  workers: readonly WorkerState[]
  queue: readonly QueuedTask[]
  running: readonly RunningTask[]
  pauses: readonly Pause[]
  breakers: readonly OpenBreaker[]
  /** As the decisions before left them. */
  slots: readonly Slot[]
}

/** How a task gains by waiting: one priority a step, so that it overtakes priorities at most `most` higher. */
export type Ageing = { stepSeconds: number; most: number }
/** So slow that within a week the order is Zimfarm's own. */
export const AGEING: Ageing = { stepSeconds: 7 * 24 * 60 * 60, most: 3 }

/** subject → most tasks at once; `*` stands for each subject that is not named. */
export type Limits = Readonly<Record<string, number>>
export type Policy = {
  /** on the whole farm */
  platformTotals: Limits
  /** on a worker that names no limit of its own */
  platformPerWorker: Limits
  hostTotals: Limits
  hostPerWorker: Limits
  ageing: Ageing
  /** How many tasks one worker is given at most. Live it is one: a worker takes it and asks again. */
  atOnce: number
}
export const NO_LIMITS: Policy = {
  platformTotals: {},
  platformPerWorker: {},
  hostTotals: {},
  hostPerWorker: {},
  ageing: AGEING,
  atOnce: Infinity,
}

type LimitReason = { running: number; limit: number }
/** Why a worker does not get a task. */
export type Reason =
  | { code: 'not_before'; at: number }
  | { code: 'task_type'; taskType: string }
  | { code: 'too_big'; resource: ResourceName; need: number; total: number }
  | { code: 'pinned_elsewhere' }
  | { code: 'selfish' }
  | { code: 'context'; context: string }
  | { code: 'context_address'; context: string }
  | { code: 'disabled' }
  | { code: 'cordoned' }
  | { code: 'offline' }
  | { code: 'quiet'; until: number }
  | ({ code: 'paused' } & Pause)
  | ({ code: 'breaker' } & OpenBreaker)
  | ({ code: 'platform_total' | 'platform_worker'; platform: string } & LimitReason)
  | ({ code: 'host_total' | 'host_worker'; host: string } & LimitReason)
  | { code: 'busy'; resource: ResourceName; need: number; free: number }
  /** `taskId` goes first and waits for room on this worker; what is let in before it must end by `startsAt`. */
  | { code: 'behind'; taskId: string; startsAt: number | null }
  /** At least so many tasks of the same kind go first. */
  | { code: 'queue'; ahead: number }
  /** Room is kept for it, here or on another worker; `worker` is its name, where that is told. */
  | { code: 'planned'; workerId: string; startsAt: number; worker?: string }

export type Decision = {
  assignments: { taskId: string; workerId: string }[]
  /** task id → worker id → reasons; every task that is not assigned has at least one reason for every worker */
  reasons: Map<string, Map<string, Reason[]>>
  /** The slots that stand now: at most one a task and one a worker; those of workers outside the state are not told. */
  slots: Slot[]
  /** When something may change by itself, in milliseconds since the epoch; null when only an event can. */
  nextWake: number | null
}

/** Another worker must offer an earlier start by this much, in milliseconds, before a slot moves to it. */
export const SLOT_MARGIN = 60_000
/** So long after its promise a slot still holds, in milliseconds; then it is planned anew, perhaps elsewhere. */
export const SLOT_GRACE = 10 * 60_000

const own = <T>(map: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined
const limitFor = (limits: Limits, subject: string) => own(limits, subject) ?? own(limits, '*')
const secondsOn = (task: QueuedTask, worker: WorkerState) => task.secondsByWorker[worker.id] ?? task.expectedSeconds
const secondsFor = (task: QueuedTask, worker: WorkerState | null) =>
  worker === null ? task.expectedSeconds : secondsOn(task, worker)

/** How many priorities a task has gained by waiting. */
export const gained = (task: { queuedAt: number }, now: number, { stepSeconds, most }: Ageing) =>
  Math.min(most, Math.max(0, Math.floor((now - task.queuedAt) / (stepSeconds * 1000))))

type Entry = { task: QueuedTask; effective: number; aged: boolean; type: number }

/**
 * Priority first, then the longest, then who has waited longest (zimfarm.md §8, step 3). Tasks that have gained by
 * waiting stand before others of the priority that they have reached, and among themselves by how long they have waited.
 */
function compare(a: Entry, b: Entry, worker: WorkerState | null): number {
  if (a.effective !== b.effective) return b.effective - a.effective
  if (a.aged !== b.aged) return a.aged ? -1 : 1
  return (
    (a.aged ? 0 : secondsFor(b.task, worker) - secondsFor(a.task, worker)) ||
    a.task.queuedAt - b.task.queuedAt ||
    (a.task.id < b.task.id ? -1 : a.task.id > b.task.id ? 1 : 0)
  )
}

const entryOf = (task: QueuedTask, now: number, ageing: Ageing): Entry => {
  const gain = gained(task, now, ageing)
  return { task, effective: task.priority + gain, aged: gain > 0, type: 0 }
}

/**
 * For a queue, a function that tells the least priority with which a task would be the first that a worker looks at, of
 * all that the worker could take by their type, their size and their pin.
 */
export function firstPlaces(queue: readonly QueuedTask[], now: number, ageing: Ageing) {
  const entries = queue.map((task) => entryOf(task, now, ageing)).sort((a, b) => b.effective - a.effective)
  const special = new Set(queue.flatMap((task) => [task.pinnedWorkerId, ...Object.keys(task.secondsByWorker)]))
  const known = new Map<string, number>()
  const find = (task: QueuedTask, worker: WorkerState): number => {
    const mine = entryOf(task, now, ageing)
    const gain = mine.effective - task.priority
    for (const other of entries) {
      if (other.effective < mine.effective) break
      const { id, taskType, pinnedWorkerId } = other.task
      if (id === task.id || !(worker.taskTypes.includes(taskType) || taskType === task.taskType)) continue
      if (pinnedWorkerId !== null && pinnedWorkerId !== worker.id) continue
      if (!fits(other.task.resources, worker.totals)) continue
      mine.effective = other.effective
      if (compare(mine, other, worker) > 0) mine.effective++
    }
    return mine.effective - gain
  }
  return (task: QueuedTask, worker: WorkerState): number => {
    if (special.has(worker.id)) return find(task, worker)
    const { cpu, memory, disk } = worker.totals
    const alike = `${task.id} ${cpu} ${memory} ${disk} ${worker.taskTypes.join(' ')}`
    const place = known.get(alike) ?? find(task, worker)
    known.set(alike, place)
    return place
  }
}

const NONE_AGAINST: Reason[] = []

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
  if (task.context !== '') {
    const address = own(worker.contexts, task.context)
    if (address === undefined) reasons.push({ code: 'context', context: task.context })
    else if (address !== null && address !== worker.address) {
      reasons.push({ code: 'context_address', context: task.context })
    }
  }
  if (worker.disabled) reasons.push({ code: 'disabled' })
  if (worker.cordoned) reasons.push({ code: 'cordoned' })
  if (worker.quietUntil !== null && worker.quietUntil > now) reasons.push({ code: 'quiet', until: worker.quietUntil })
  if (!worker.online) reasons.push({ code: 'offline' })
  return reasons
}

/** Running tasks counted by platform and host, on the farm and on each worker. */
class Load {
  private readonly counts = new Map<string, number>()

  constructor(running: readonly RunningTask[]) {
    for (const task of running) this.change(task, task.workerId, 1)
  }

  change(task: { platform: string | null; hosts: readonly string[] }, workerId: string, by: number): void {
    const bump = (key: string) => this.counts.set(key, (this.counts.get(key) ?? 0) + by)
    const subject = (kind: string, name: string) => {
      bump(`${kind} ${name}`)
      bump(`${workerId} ${kind} ${name}`)
    }
    if (task.platform !== null) subject('platform', task.platform)
    for (const host of task.hosts) subject('host', host)
  }

  of(kind: 'platform' | 'host', subject: string, workerId?: string): number {
    return this.counts.get(workerId === undefined ? `${kind} ${subject}` : `${workerId} ${kind} ${subject}`) ?? 0
  }
}

/**
 * The limits on tasks of one platform or one host at once; a worker's own figure for a platform beats the farm's, and
 * 0 means never (zimfarm.md §8, step 4).
 */
function limitReasons(task: QueuedTask, worker: WorkerState, load: Load, policy: Policy): Reason[] {
  const { platform } = task
  if (platform === null && task.hosts.length === 0) return NONE_AGAINST
  const reasons: Reason[] = []
  if (platform !== null) {
    const total = limitFor(policy.platformTotals, platform)
    const running = total === undefined ? 0 : load.of('platform', platform)
    if (total !== undefined && running >= total)
      reasons.push({ code: 'platform_total', platform, running, limit: total })
    const limit = own(worker.platforms, platform) ?? limitFor(policy.platformPerWorker, platform)
    const here = limit === undefined ? 0 : load.of('platform', platform, worker.id)
    if (limit !== undefined && here >= limit) reasons.push({ code: 'platform_worker', platform, running: here, limit })
  }
  for (const host of task.hosts) {
    const total = limitFor(policy.hostTotals, host)
    const running = total === undefined ? 0 : load.of('host', host)
    if (total !== undefined && running >= total) reasons.push({ code: 'host_total', host, running, limit: total })
    const limit = limitFor(policy.hostPerWorker, host)
    const here = limit === undefined ? 0 : load.of('host', host, worker.id)
    if (limit !== undefined && here >= limit) reasons.push({ code: 'host_worker', host, running: here, limit })
  }
  return reasons
}

/** Whether any limit could ever refuse a task: what must be checked again inside a take. */
export const isLimited = (
  task: { platform: string | null; hosts: readonly string[] },
  worker: Pick<WorkerState, 'platforms'>,
  policy: Policy,
) =>
  (task.platform !== null &&
    (limitFor(policy.platformTotals, task.platform) !== undefined ||
      (own(worker.platforms, task.platform) ?? limitFor(policy.platformPerWorker, task.platform)) !== undefined)) ||
  task.hosts.some(
    (host) => limitFor(policy.hostTotals, host) !== undefined || limitFor(policy.hostPerWorker, host) !== undefined,
  )

/** When running tasks that end next on a worker will have freed what is missing; null when nothing runs on it. */
function freedAt(missing: Resources, running: readonly RunningTask[]): number | null {
  let freed: Resources = NONE
  let at: number | null = null
  for (const other of running) {
    freed = add(freed, other.resources)
    at = other.endsAt
    if (fits(missing, freed)) break
  }
  return at
}

/**
 * When the tasks that end next on a worker will have freed what `task` lacks there; null when nothing runs on it.
 * As in the original, all running ones together count when even they would not be enough (zimfarm.md §8, step 7).
 */
export function startsAt(task: QueuedTask, worker: WorkerState, running: readonly RunningTask[]): number | null {
  const mine = running.filter((other) => other.workerId === worker.id).sort((a, b) => a.endsAt - b.endsAt)
  return freedAt(without(task.resources, worker.available), mine)
}

/** One decision's working state, indexed so that a worker costs what it runs and what it could run. */
type Book = {
  now: number
  policy: Policy
  /** in the order of `compare` by expected time */
  queue: Entry[]
  /** task type → its number in the entries */
  types: ReadonlyMap<string, number>
  /** the workers on which some task's time was measured */
  measured: ReadonlySet<string>
  load: Load
  /** by end */
  runningOn: Map<string, RunningTask[]>
  pauses: ReadonlyMap<string, Pause[]>
  breakers: ReadonlyMap<string, OpenBreaker>
  /** breaker → the task that this decision lets try */
  probes: Map<string, string>
  given: Set<string>
  slots: Map<string, Slot>
  /** task id → the worker that took it in a first round */
  booked: ReadonlyMap<string, string>
}

const keyOf = (kind: string, subject: string) => `${kind} ${subject}`

function openBook(state: FarmState, now: number, policy: Policy): Book {
  const runningOn = new Map<string, RunningTask[]>()
  for (const task of state.running) {
    const list = runningOn.get(task.workerId)
    if (list === undefined) runningOn.set(task.workerId, [task])
    else list.push(task)
  }
  for (const list of runningOn.values()) list.sort((a, b) => a.endsAt - b.endsAt)
  const pauses = new Map<string, Pause[]>()
  for (const pause of state.pauses) {
    if (pause.until !== null && pause.until <= now) continue
    const key = keyOf(pause.scope, pause.subject)
    pauses.set(key, [...(pauses.get(key) ?? []), pause])
  }
  const queue = state.queue.map((task) => entryOf(task, now, policy.ageing))
  const types = new Map<string, number>()
  for (const entry of queue) {
    const { taskType } = entry.task
    entry.type = types.get(taskType) ?? types.size
    types.set(taskType, entry.type)
  }
  queue.sort((a, b) => compare(a, b, null))
  return {
    now,
    policy,
    queue,
    types,
    measured: new Set(state.queue.flatMap((task) => Object.keys(task.secondsByWorker))),
    load: new Load(state.running),
    runningOn,
    pauses,
    breakers: new Map(state.breakers.map((breaker) => [keyOf(breaker.kind, breaker.subject), breaker])),
    probes: new Map(),
    given: new Set(),
    slots: new Map(),
    booked: new Map(),
  }
}

function pauseReasons(task: QueuedTask, worker: WorkerState, { pauses }: Book): Reason[] {
  if (pauses.size === 0) return NONE_AGAINST
  const keys = [
    keyOf('farm', ''),
    keyOf('task_type', task.taskType),
    ...(task.platform === null ? [] : [keyOf('platform', task.platform)]),
    ...task.hosts.map((host) => keyOf('host', host)),
    ...(task.schedule === null ? [] : [keyOf('schedule', task.schedule)]),
    keyOf('worker', worker.id),
  ]
  return keys.flatMap((key) => (pauses.get(key) ?? []).map((pause): Reason => ({ code: 'paused', ...pause })))
}

const NO_BREAKERS: OpenBreaker[] = []
function breakersOf(task: QueuedTask, worker: WorkerState, { breakers }: Book): OpenBreaker[] {
  if (breakers.size === 0) return NO_BREAKERS
  const keys = [
    keyOf('task_type', task.taskType),
    ...(task.image === null ? [] : [keyOf('image', task.image)]),
    keyOf('worker', worker.id),
  ]
  return keys.flatMap((key) => breakers.get(key) ?? [])
}

function breakerReasons(task: QueuedTask, worker: WorkerState, book: Book): Reason[] {
  if (book.breakers.size === 0) return NONE_AGAINST
  return breakersOf(task, worker, book).flatMap((breaker): Reason[] => {
    const probing = breaker.probing || book.probes.has(keyOf(breaker.kind, breaker.subject))
    return probing || breaker.retryAt > book.now ? [{ code: 'breaker', ...breaker, probing }] : []
  })
}

const both = (a: Reason[], b: Reason[]) => (a.length === 0 ? b : b.length === 0 ? a : [...a, ...b])
/** What may change while tasks are given out. */
const changing = (task: QueuedTask, worker: WorkerState, book: Book) =>
  both(breakerReasons(task, worker, book), limitReasons(task, worker, book.load, book.policy))
const lasting = (task: QueuedTask, worker: WorkerState, book: Book) =>
  both(eligible(task, worker, book.now), pauseReasons(task, worker, book))
const busy = (task: QueuedTask, worker: WorkerState): Reason[] =>
  lacking(task.resources, worker.available)
    .filter((resource) => task.resources[resource] <= worker.totals[resource])
    .map((resource) => ({
      code: 'busy',
      resource,
      need: task.resources[resource],
      free: worker.available[resource],
    }))

function give(book: Book, worker: WorkerState, task: QueuedTask): WorkerState {
  book.given.add(task.id)
  book.load.change(task, worker.id, 1)
  for (const { kind, subject } of breakersOf(task, worker, book)) book.probes.set(keyOf(kind, subject), task.id)
  const { id, resources, platform, hosts } = task
  const endsAt = book.now + secondsOn(task, worker) * 1000
  const running = [
    ...(book.runningOn.get(worker.id) ?? []),
    { id, workerId: worker.id, resources, platform, hosts, endsAt },
  ]
  book.runningOn.set(
    worker.id,
    running.sort((a, b) => a.endsAt - b.endsAt),
  )
  return { ...worker, available: without(worker.available, resources) }
}

type Served = {
  given: QueuedTask[]
  kept: { task: QueuedTask; startsAt: number | null } | null
  /** It may be given no more, so it did not come to what it keeps room for. */
  cut: boolean
}
type Tell = (task: QueuedTask, reasons: Reason[]) => void

/**
 * What one worker takes, and for which task it keeps room. Writes to the book what it gives; the slot is the caller's.
 * With `only`, it looks no further than that task and tells of no other: what comes after cannot change its fate.
 */
function serve(book: Book, original: WorkerState, tell: Tell, only: Entry | null = null): Served {
  let worker = original
  const given: QueuedTask[] = []
  const open: Entry[] = []
  const measured = book.measured.has(worker.id)
  const offers = new Uint8Array(book.types.size)
  for (const taskType of only === null ? [] : worker.taskTypes) {
    const type = book.types.get(taskType)
    if (type !== undefined) offers[type] = 1
  }
  for (const entry of book.queue) {
    const { task } = entry
    if (book.given.size > 0 && book.given.has(task.id)) continue
    if (only !== null) {
      if (!measured && entry === only) {
        open.push(entry)
        break
      }
      if (offers[entry.type] !== 1) continue
      if (measured && entry !== only && compare(entry, only, original) > 0) continue
    }
    const against = lasting(task, worker, book)
    if (against.length === 0) open.push(entry)
    else if (only === null) tell(task, [...against, ...changing(task, worker, book), ...busy(task, worker)])
  }
  if (measured) open.sort((a, b) => compare(a, b, original))

  for (;;) {
    const { chosen, kept } = choose(book, worker, open, tell, only)
    if (chosen === null) return { given, kept, cut: false }
    given.push(chosen)
    worker = give(book, worker, chosen)
    if (only !== null && chosen === only.task) return { given, kept, cut: false }
    if (only === null && given.length >= book.policy.atOnce) return { given, kept, cut: kept === null }
  }
}

/**
 * The first task in order starts when it fits; while it waits for room here, a later one may go first only if it fits
 * and ends before the first can start. A task that has its place on another worker holds nobody up here.
 */
function choose(
  book: Book,
  worker: WorkerState,
  open: readonly Entry[],
  tell: Tell,
  only: Entry | null,
): { chosen: QueuedTask | null; kept: Served['kept'] } {
  let kept: Served['kept'] = null
  for (const { task } of open) {
    if (book.given.size > 0 && book.given.has(task.id)) continue
    const tells = only === null || only.task === task
    const against = changing(task, worker, book)
    if (against.length > 0) {
      if (tells) tell(task, [...against, ...busy(task, worker)])
      continue
    }
    const room = fits(task.resources, worker.available)
    if (kept !== null) {
      const inTime = kept.startsAt !== null && book.now + secondsOn(task, worker) * 1000 <= kept.startsAt
      if (room && inTime) return { chosen: task, kept }
      if (tells) tell(task, [...busy(task, worker), { code: 'behind', taskId: kept.task.id, startsAt: kept.startsAt }])
      continue
    }
    if (room) return { chosen: task, kept }
    const at = freedAt(without(task.resources, worker.available), book.runningOn.get(worker.id) ?? [])
    const elsewhere = placeElsewhere(book, worker, task, at)
    if (elsewhere !== null) {
      if (tells) tell(task, [...busy(task, worker), { code: 'planned', ...elsewhere }])
      continue
    }
    const promise = book.slots.get(task.id)
    const startsAt = at !== null && promise?.workerId === worker.id ? Math.min(promise.startsAt, at) : at
    kept = { task, startsAt }
    if (tells) {
      const place: Reason[] = startsAt === null ? [] : [{ code: 'planned', workerId: worker.id, startsAt }]
      tell(task, [...busy(task, worker), ...place])
    }
  }
  return { chosen: null, kept }
}

/** Where else a task will start, if that is not clearly later than here. */
function placeElsewhere(book: Book, worker: WorkerState, task: QueuedTask, here: number | null) {
  const booked = book.booked.get(task.id)
  if (booked !== undefined && booked !== worker.id) return { workerId: booked, startsAt: book.now }
  const slot = book.slots.get(task.id)
  if (slot === undefined || slot.workerId === worker.id) return null
  return here === null || slot.startsAt <= here + SLOT_MARGIN
    ? { workerId: slot.workerId, startsAt: slot.startsAt }
    : null
}

/** The slots that still hold: not long overdue, and on a worker that could start the task. */
function standing(state: FarmState, book: Book): Map<string, Slot> {
  if (state.slots.length === 0) return new Map()
  const workers = new Map(state.workers.map((worker) => [worker.id, worker]))
  const tasks = new Map(state.queue.map((task) => [task.id, task]))
  return new Map(
    state.slots
      .filter(({ taskId, workerId, startsAt }) => {
        const task = tasks.get(taskId)
        const worker = workers.get(workerId)
        if (task === undefined || startsAt + SLOT_GRACE <= book.now) return false
        return worker === undefined || lasting(task, worker, book).length === 0
      })
      .map((slot) => [slot.taskId, slot]),
  )
}

type Round = { given: Map<string, string>; slots: Map<string, Slot>; reasons: Decision['reasons']; again: boolean }

/** All workers once, in their order. `again` when a worker kept room for a task that another starts sooner. */
function round(
  state: FarmState,
  book: Book,
  slots: ReadonlyMap<string, Slot>,
  booked: ReadonlyMap<string, string>,
): Round {
  book.slots = new Map(slots)
  book.booked = booked
  const reasons: Decision['reasons'] = new Map(state.queue.map((task) => [task.id, new Map<string, Reason[]>()]))
  const given = new Map<string, string>()
  const keepers = new Map<string, string>()
  let again = false
  for (const worker of state.workers) {
    const served = serve(book, worker, (task, against) => reasons.get(task.id)?.set(worker.id, against))
    for (const task of served.given) {
      given.set(task.id, worker.id)
      again ||= keepers.has(task.id)
      book.slots.delete(task.id)
    }
    if (served.cut) continue
    for (const slot of [...book.slots.values()]) if (slot.workerId === worker.id) book.slots.delete(slot.taskId)
    if (served.kept !== null) {
      const { task, startsAt } = served.kept
      again ||= keepers.has(task.id)
      keepers.set(task.id, worker.id)
      if (startsAt !== null) book.slots.set(task.id, { taskId: task.id, workerId: worker.id, startsAt })
    }
  }
  return { given, slots: book.slots, reasons, again }
}

/**
 * Who runs what, and why not: the only code that decides it (zimfarm.md §8). Pure: no clock, no I/O.
 * For a single worker without slots elsewhere this is Zimfarm's own rule. Live, it is asked for one worker at a time,
 * with the slots that the decisions before left; with many workers it answers as if all asked now, in their order.
 */
export function decide(state: FarmState, now: number, policy: Policy): Decision {
  let book = openBook(state, now, policy)
  let result = round(state, book, standing(state, book), new Map())
  if (result.again) {
    book = openBook(state, now, policy)
    result = round(state, book, result.slots, result.given)
  }
  const { given, slots, reasons } = result
  for (const id of given.keys()) reasons.delete(id)
  const served = new Set(state.workers.map((worker) => worker.id))
  return {
    assignments: [...given].map(([taskId, workerId]) => ({ taskId, workerId })),
    reasons,
    slots: [...slots.values()].filter((slot) => served.has(slot.workerId)),
    nextWake: nextWake(state, book),
  }
}

function nextWake(state: FarmState, book: Book): number | null {
  let at = Infinity
  const consider = (time: number | null) => {
    if (time !== null && time > book.now && time < at) at = time
  }
  for (const list of book.runningOn.values()) for (const task of list) consider(task.endsAt)
  for (const task of state.queue) consider(task.notBefore)
  for (const pause of state.pauses) consider(pause.until)
  for (const worker of state.workers) consider(worker.quietUntil)
  for (const breaker of state.breakers) consider(breaker.retryAt)
  return at === Infinity ? null : at
}

/**
 * All that stands between one task and each worker, as if that worker asked next and nobody else; none when it would
 * take the task. The same rules as `decide`, without the reasons of the other tasks. `unseen` is how many tasks that any
 * of these workers could run as well go first, besides those in the state's queue.
 */
export function explain(
  state: FarmState,
  taskId: string,
  now: number,
  policy: Policy,
  unseen = 0,
): Map<string, Reason[]> {
  const book = openBook(state, now, policy)
  book.slots = standing(state, book)
  const answer = new Map<string, Reason[]>()
  const entry = book.queue.find(({ task }) => task.id === taskId)
  if (entry === undefined) return answer
  const { task } = entry
  for (const worker of state.workers) {
    const against = lasting(task, worker, book)
    if (against.length > 0) {
      answer.set(worker.id, [...against, ...changing(task, worker, book), ...busy(task, worker)])
      continue
    }
    const running = book.runningOn.get(worker.id)
    let told: Reason[] = []
    const tell: Tell = (_, reasons) => void (told = reasons)
    const { given } = serve(book, worker, tell, entry)
    if (book.given.has(taskId)) told = unseen > 0 ? [{ code: 'queue', ahead: unseen }] : []
    answer.set(worker.id, told)
    for (const one of given) {
      book.given.delete(one.id)
      book.load.change(one, worker.id, -1)
    }
    book.probes.clear()
    if (running === undefined) book.runningOn.delete(worker.id)
    else book.runningOn.set(worker.id, running)
  }
  return answer
}

/** What forbids a worker a task at this moment, be there room or not: for the check inside a take. */
export function obstacles(
  state: FarmState,
  task: QueuedTask,
  worker: WorkerState,
  now: number,
  policy: Policy,
): Reason[] {
  const book = openBook(state, now, policy)
  return [...lasting(task, worker, book), ...changing(task, worker, book)]
}

/** The open breakers that a worker would try by taking a task. */
export function triedBreakers(
  task: QueuedTask,
  worker: WorkerState,
  breakers: readonly OpenBreaker[],
): readonly OpenBreaker[] {
  return breakers.filter(({ kind, subject }) =>
    kind === 'worker' ? subject === worker.id : subject === (kind === 'image' ? task.image : task.taskType),
  )
}

/** When a running task is expected to end: at least a minute from now, and half a percent late (zimfarm.md §8, step 1). */
export function expectedEnd(since: number, expectedSeconds: number, now: number): number {
  const elapsed = (now - since) / 1000
  return now + Math.max(expectedSeconds - elapsed, 60) * 1.005 * 1000
}
