import fc from 'fast-check'
import {
  BREAKER_KINDS,
  expectedEnd,
  PAUSE_SCOPES,
  type FarmState,
  type Policy,
  type QueuedTask,
  type RunningTask,
  type WorkerState,
} from '#lib/core/matching'
import { add, NONE, type Resources } from '#lib/core/resources'

export const NOW = 1_800_000_000_000
const TYPES = ['zimit', 'mwoffliner', 'phet']
export const PLATFORMS = ['wikimedia', 'youtube']
export const HOSTS = ['a.example', 'b.example']
const CONTEXTS = ['', '', 'wikimedia', 'inner']
const IMAGES = ['openzim/zimit:1', 'openzim/zimit:2']
const SCHEDULES = ['s0', 's1', 's2']

export const workerOf = (change: Partial<WorkerState> = {}): WorkerState => ({
  id: 'w',
  name: 'w',
  totals: { cpu: 4, memory: 4, disk: 4 },
  available: { cpu: 4, memory: 4, disk: 4 },
  taskTypes: ['zimit'],
  platforms: {},
  contexts: {},
  address: null,
  selfish: false,
  cordoned: false,
  disabled: false,
  quietUntil: null,
  online: true,
  ...change,
})
export const taskOf = (change: Partial<QueuedTask> = {}): QueuedTask => ({
  id: 't',
  taskType: 'zimit',
  schedule: null,
  priority: 0,
  resources: { cpu: 1, memory: 1, disk: 1 },
  platform: null,
  context: '',
  hosts: [],
  image: null,
  pinnedWorkerId: null,
  queuedAt: NOW,
  notBefore: null,
  expectedSeconds: 1000,
  secondsByWorker: {},
  ...change,
})
export const runningOf = (change: Partial<RunningTask> = {}): RunningTask => ({
  id: 'r',
  workerId: 'w',
  resources: { cpu: 1, memory: 1, disk: 1 },
  platform: null,
  hosts: [],
  endsAt: NOW + 600_000,
  ...change,
})
export const stateOf = (change: Partial<FarmState> = {}): FarmState => ({
  workers: [],
  queue: [],
  running: [],
  pauses: [],
  breakers: [],
  slots: [],
  ...change,
})

const resources = (most: number): fc.Arbitrary<Resources> =>
  fc.record({ cpu: fc.nat(most), memory: fc.nat(most), disk: fc.nat(most) })
const platform = fc.option(fc.constantFrom(...PLATFORMS), { nil: null })
const hosts = fc.subarray(HOSTS)
const limits = (names: readonly string[]) => fc.dictionary(fc.constantFrom(...names), fc.nat(3), { maxKeys: 2 })
const rarely = fc.nat(5).map((n) => n === 0)

const looks = fc.record({
  totals: resources(16),
  taskTypes: fc.subarray(TYPES, { minLength: 1 }),
  platforms: limits(PLATFORMS),
  contexts: fc.dictionary(fc.constantFrom('wikimedia', 'inner'), fc.constantFrom(null, '192.0.2.1', '192.0.2.2')),
  address: fc.constantFrom(null, '192.0.2.1'),
  selfish: rarely,
  cordoned: rarely,
  disabled: rarely,
  quiet: rarely,
  offline: rarely,
})
const waits = fc.record({
  taskType: fc.constantFrom(...TYPES),
  schedule: fc.constantFrom(null, ...SCHEDULES),
  priority: fc.nat(10),
  resources: resources(18),
  platform,
  hosts,
  context: fc.constantFrom(...CONTEXTS),
  image: fc.constantFrom(null, ...IMAGES),
  pin: fc.option(fc.nat(4), { nil: null, freq: 5 }),
  age: fc.nat(30 * 24 * 60 * 60 * 1000),
  wait: fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: null, freq: 3 }),
  expectedSeconds: fc.nat(20_000),
  measured: fc.dictionary(fc.constantFrom('w0', 'w1', 'w2'), fc.nat(20_000), { maxKeys: 2 }),
})
const SUBJECTS: Record<string, readonly string[]> = {
  farm: [''],
  task_type: TYPES,
  platform: PLATFORMS,
  host: HOSTS,
  schedule: SCHEDULES,
  worker: ['w0', 'w1', 'w2'],
  image: IMAGES,
}
const about = (kinds: readonly string[]) =>
  fc
    .constantFrom(...kinds)
    .chain((kind) => fc.record({ kind: fc.constant(kind), subject: fc.constantFrom(...(SUBJECTS[kind] ?? [''])) }))

/** A farm in any state, with workers w0, w1, … and tasks task-0, task-1, … */
export const anyState = (most: { workers?: number; running?: number } = {}): fc.Arbitrary<FarmState> =>
  fc
    .record({
      workers: fc.array(looks, { minLength: 1, maxLength: most.workers ?? 5 }),
      running: fc.array(
        fc.record({ worker: fc.nat(4), resources: resources(4), platform, hosts, seconds: fc.nat(10_000) }),
        { maxLength: most.running ?? 6 },
      ),
      queue: fc.array(waits, { maxLength: 12 }),
      pauses: fc.array(
        fc.record({ about: about(PAUSE_SCOPES), until: fc.constantFrom(null, NOW - 1, NOW, NOW + 60_000) }),
        { maxLength: 2 },
      ),
      breakers: fc.uniqueArray(
        fc.record({ about: about(BREAKER_KINDS), wait: fc.integer({ min: -1000, max: 1000 }), probing: fc.boolean() }),
        { maxLength: 2, selector: (one) => `${one.about.kind} ${one.about.subject}` },
      ),
      slots: fc.uniqueArray(
        fc.record({ task: fc.nat(11), worker: fc.nat(6), wait: fc.integer({ min: -1_000_000, max: 5_000_000 }) }),
        { maxLength: 4, selector: (one) => one.task },
      ),
    })
    .map(({ workers, running, queue, pauses, breakers, slots }) => {
      const held = running.map((task, index) =>
        runningOf({
          id: `running-${index}`,
          workerId: `w${task.worker % workers.length}`,
          resources: task.resources,
          platform: task.platform,
          hosts: task.hosts,
          endsAt: expectedEnd(NOW - 1000, task.seconds, NOW),
        }),
      )
      return {
        running: held,
        workers: workers.map(({ totals, offline, quiet, ...look }, index): WorkerState => {
          const used = held
            .filter((task) => task.workerId === `w${index}`)
            .reduce((sum, task) => add(sum, task.resources), NONE)
          return {
            ...look,
            id: `w${index}`,
            name: `w${index}`,
            totals: add(totals, used),
            available: totals,
            quietUntil: quiet ? NOW + 60_000 : null,
            online: !offline,
          }
        }),
        queue: queue.map(({ pin, age, wait, measured, ...task }, index): QueuedTask => ({
          ...task,
          id: `task-${index}`,
          pinnedWorkerId: pin === null ? null : `w${pin}`,
          queuedAt: NOW - age,
          notBefore: wait === null ? null : NOW + wait,
          secondsByWorker: measured,
        })),
        pauses: pauses.map((pause, index) => ({
          id: `pause-${index}`,
          scope: pause.about.kind as (typeof PAUSE_SCOPES)[number],
          subject: pause.about.subject,
          reason: 'broken',
          author: 'ann',
          until: pause.until,
        })),
        breakers: breakers.map((breaker) => ({
          kind: breaker.about.kind as (typeof BREAKER_KINDS)[number],
          subject: breaker.about.subject,
          since: NOW - 100_000,
          failures: 5,
          retryAt: NOW + breaker.wait,
          probing: breaker.probing,
        })),
        slots: slots.map(({ task, worker, wait }) => ({
          taskId: `task-${task}`,
          workerId: `w${worker}`,
          startsAt: NOW + wait,
        })),
      }
    })

export const anyPolicy: fc.Arbitrary<Policy> = fc.record({
  platformTotals: limits(PLATFORMS),
  platformPerWorker: limits([...PLATFORMS, '*']),
  hostTotals: limits([...HOSTS, '*']),
  hostPerWorker: limits(HOSTS),
  ageing: fc.record({ stepSeconds: fc.integer({ min: 1, max: 20 * 24 * 60 * 60 }), most: fc.nat(4) }),
  atOnce: fc.constant(Infinity),
})
