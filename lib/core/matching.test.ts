import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide, expectedEnd, type FarmState, type Policy, type QueuedTask, type WorkerState } from './matching'
import { add, fits, NONE, type Resources } from './resources'

const NOW = 1_800_000_000_000
const TYPES = ['zimit', 'mwoffliner', 'phet']
const PLATFORMS = ['wikimedia', 'youtube']

const resources = (most: number): fc.Arbitrary<Resources> =>
  fc.record({ cpu: fc.nat(most), memory: fc.nat(most), disk: fc.nat(most) })
const platform = fc.option(fc.constantFrom(...PLATFORMS), { nil: null })
const limits = fc.dictionary(fc.constantFrom(...PLATFORMS), fc.nat(3), { maxKeys: 2 })

const state: fc.Arbitrary<FarmState> = fc
  .record({
    totals: fc.array(resources(16), { minLength: 1, maxLength: 5 }),
    workers: fc.array(
      fc.record({
        taskTypes: fc.uniqueArray(fc.constantFrom(...TYPES)),
        platforms: limits,
        selfish: fc.boolean(),
        cordoned: fc.boolean(),
        online: fc.boolean(),
      }),
      { minLength: 5, maxLength: 5 },
    ),
    running: fc.array(fc.record({ worker: fc.nat(4), resources: resources(4), platform, seconds: fc.nat(10_000) }), {
      maxLength: 6,
    }),
    queue: fc.array(
      fc.record({
        taskType: fc.constantFrom(...TYPES),
        priority: fc.nat(10),
        resources: resources(18),
        platform,
        pin: fc.option(fc.nat(4), { nil: null }),
        age: fc.nat(100_000),
        wait: fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: null }),
        expectedSeconds: fc.nat(20_000),
      }),
      { maxLength: 12 },
    ),
  })
  .map(({ totals, workers, running, queue }) => {
    const held = running.map((task, index) => ({
      id: `running-${index}`,
      workerId: `w${task.worker % totals.length}`,
      resources: task.resources,
      platform: task.platform,
      endsAt: expectedEnd(NOW - 1000, task.seconds, NOW),
    }))
    return {
      running: held,
      workers: totals.map((total, index): WorkerState => {
        const used = held
          .filter((task) => task.workerId === `w${index}`)
          .reduce((sum, task) => add(sum, task.resources), NONE)
        const grown = add(total, used)
        const look = workers[index] ?? { taskTypes: [], platforms: {}, selfish: false, cordoned: false, online: true }
        return { ...look, id: `w${index}`, name: `w${index}`, totals: grown, available: total }
      }),
      queue: queue.map((task, index): QueuedTask => ({
        id: `task-${index}`,
        taskType: task.taskType,
        priority: task.priority,
        resources: task.resources,
        platform: task.platform,
        pinnedWorkerId: task.pin === null ? null : `w${task.pin}`,
        queuedAt: NOW - task.age,
        notBefore: task.wait === null ? null : NOW + task.wait,
        expectedSeconds: task.expectedSeconds,
        secondsByWorker: {},
      })),
    }
  })
const policy: fc.Arbitrary<Policy> = fc.record({ platformTotals: limits, platformPerWorker: limits })
const always = (check: (state: FarmState, policy: Policy) => void) =>
  fc.assert(fc.property(state, policy, check), { numRuns: 1_000 })

describe('decide', () => {
  it('gives no task to two workers, and only tasks that wait', () =>
    always((farm, rules) => {
      const { assignments } = decide(farm, NOW, rules)
      const ids = assignments.map((assignment) => assignment.taskId)
      expect(new Set(ids).size).toBe(ids.length)
      for (const id of ids) expect(farm.queue.some((task) => task.id === id)).toBe(true)
    }))

  it('loads no worker over its resources', () =>
    always((farm, rules) => {
      const { assignments } = decide(farm, NOW, rules)
      for (const worker of farm.workers) {
        const given = assignments
          .filter((one) => one.workerId === worker.id)
          .map((one) => farm.queue.find((task) => task.id === one.taskId))
        const sum = given.reduce((total, task) => add(total, task?.resources ?? NONE), NONE)
        expect(fits(sum, worker.available)).toBe(true)
      }
    }))

  it('gives a reason for every refusal, from every worker', () =>
    always((farm, rules) => {
      const { assignments, reasons } = decide(farm, NOW, rules)
      for (const task of farm.queue) {
        if (assignments.some((one) => one.taskId === task.id)) continue
        for (const worker of farm.workers) expect(reasons.get(task.id)?.get(worker.id)?.length ?? 0).toBeGreaterThan(0)
      }
    }))

  it('keeps the limits of platforms', () =>
    always((farm, rules) => {
      const { assignments } = decide(farm, NOW, rules)
      for (const name of PLATFORMS) {
        const before = farm.running.filter((task) => task.platform === name)
        const given = assignments.filter((one) => farm.queue.find((task) => task.id === one.taskId)?.platform === name)
        const total = rules.platformTotals[name]
        if (total !== undefined && given.length > 0) expect(before.length + given.length).toBeLessThanOrEqual(total)
        for (const worker of farm.workers) {
          const limit = worker.platforms[name] ?? rules.platformPerWorker[name]
          const here = given.filter((one) => one.workerId === worker.id).length
          if (limit !== undefined && here > 0) {
            expect(before.filter((task) => task.workerId === worker.id).length + here).toBeLessThanOrEqual(limit)
          }
        }
      }
    }))

  it('is the same for the same question, and changes nothing', () =>
    always((farm, rules) => {
      const before = structuredClone(farm)
      expect(decide(farm, NOW, rules)).toEqual(decide(farm, NOW, rules))
      expect(farm).toEqual(before)
    }))
})

describe('the order of a worker (zimfarm.md §8)', () => {
  const worker: WorkerState = {
    id: 'w',
    name: 'w',
    totals: { cpu: 4, memory: 4, disk: 4 },
    available: { cpu: 2, memory: 2, disk: 2 },
    taskTypes: ['zimit'],
    platforms: {},
    selfish: false,
    cordoned: false,
    online: true,
  }
  const task = (id: string, cpu: number, change: Partial<QueuedTask> = {}): QueuedTask => ({
    id,
    taskType: 'zimit',
    priority: 0,
    resources: { cpu, memory: 1, disk: 1 },
    platform: null,
    pinnedWorkerId: null,
    queuedAt: NOW,
    notBefore: null,
    expectedSeconds: 1000,
    secondsByWorker: {},
    ...change,
  })
  const running = [
    { id: 'r', workerId: 'w', resources: { cpu: 2, memory: 2, disk: 2 }, platform: null, endsAt: NOW + 600_000 },
  ]
  const given = (queue: QueuedTask[]) =>
    decide({ workers: [worker], queue, running }, NOW, { platformTotals: {}, platformPerWorker: {} }).assignments.map(
      (one) => one.taskId,
    )

  it('takes priority before length, length before age', () => {
    expect(given([task('short', 2), task('long', 2, { expectedSeconds: 2000 })])).toEqual(['long'])
    expect(given([task('long', 2, { expectedSeconds: 2000 }), task('urgent', 2, { priority: 1 })])).toEqual(['urgent'])
    expect(given([task('young', 2), task('old', 2, { queuedAt: NOW - 1 })])).toEqual(['old'])
  })
  it('lets a small task go before a big one only if it ends before the big one can start', () => {
    const big = task('big', 4, { priority: 5 })
    expect(given([big, task('small', 1, { expectedSeconds: 500 })])).toEqual(['small'])
    expect(given([big, task('slow', 1, { expectedSeconds: 700 })])).toEqual([])
  })
})
