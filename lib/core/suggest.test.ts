import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyPolicy, anyState, NOW, runningOf, stateOf, taskOf, workerOf } from '#lib/testing/farm-state'
import { decide, explain, NO_LIMITS, type FarmState, type Policy } from './matching'
import { changed, later, suggest, type Change } from './suggest'

const about = (farm: FarmState, policy: Policy, taskId: string) =>
  suggest(farm, taskId, explain(farm, taskId, NOW, policy), NOW, policy)
const starts = (farm: FarmState, policy: Policy, taskId: string, workerId: string, changes: Change[]) => {
  const then = changed(farm, taskId, workerId, changes, policy)
  return decide(then.state, NOW, then.policy).assignments.some((one) => one.taskId === taskId)
}
const always = (check: (farm: FarmState, policy: Policy) => void) =>
  fc.assert(fc.property(anyState(), anyPolicy, check), { numRuns: 700 })

describe('a suggestion', () => {
  it('starts the task when it is followed, on every worker for which there is one', () =>
    always((farm, policy) => {
      for (const { id } of farm.queue.slice(0, 4)) {
        const { changes, smallest } = about(farm, policy, id)
        for (const [workerId, some] of changes) {
          if (some !== null) expect(starts(farm, policy, id, workerId, some)).toBe(true)
        }
        if (smallest !== null) expect(starts(farm, policy, id, smallest.workerId, smallest.changes)).toBe(true)
      }
    }))

  it('is never empty where the task would not start, and empty where it would', () =>
    always((farm, policy) => {
      for (const { id } of farm.queue.slice(0, 4)) {
        const reasons = explain(farm, id, NOW, policy)
        const { changes, smallest } = about(farm, policy, id)
        for (const [workerId, some] of changes) {
          if (some !== null) expect(some.length === 0).toBe(reasons.get(workerId)?.length === 0)
        }
        if (smallest !== null) expect(starts(farm, policy, id, smallest.workerId, [])).toBe(false)
      }
    }))

  it('is missing only where other tasks cannot be outranked', () =>
    always((farm, policy) => {
      const alone = { ...farm, queue: farm.queue.slice(0, 1) }
      for (const { id } of alone.queue) {
        for (const some of about(alone, policy, id).changes.values()) expect(some).not.toBeNull()
      }
    }))

  it('tells when the task starts by itself, if all ends as expected', () =>
    always((farm, policy) => {
      for (const { id } of farm.queue.slice(0, 4)) {
        const { soonest } = about(farm, policy, id)
        if (soonest === null) continue
        expect(soonest.at).toBeGreaterThan(NOW)
        const worker = farm.workers.find((one) => one.id === soonest.workerId) ?? workerOf()
        const then = decide(later(farm, worker, soonest.at), soonest.at, policy)
        expect(then.assignments).toContainEqual({ taskId: id, workerId: soonest.workerId })
      }
    }))

  const task = taskOf()
  it('names the least that a person can do', () => {
    const far = workerOf({ id: 'far', name: 'far', taskTypes: [] })
    const near = workerOf({ id: 'near', name: 'near', cordoned: true })
    expect(about(stateOf({ workers: [far, near], queue: [task] }), NO_LIMITS, 't').smallest).toEqual({
      workerId: 'near',
      changes: [{ kind: 'uncordon' }],
    })
  })
  it('says how much must be free, or how much less the task must ask', () => {
    const worker = workerOf({ available: { cpu: 4, memory: 0, disk: 4 } })
    const of = (resources: typeof task.resources) =>
      about(stateOf({ workers: [worker], queue: [{ ...task, resources }] }), NO_LIMITS, 't').smallest?.changes
    expect(of({ cpu: 1, memory: 3, disk: 1 })).toEqual([{ kind: 'free', resources: { cpu: 0, memory: 3, disk: 0 } }])
    expect(of({ cpu: 6, memory: 0, disk: 1 })).toEqual([{ kind: 'ask_less', resources: { cpu: 4 } }])
  })
  it('says when room comes by itself', () => {
    const worker = workerOf({ available: { cpu: 0, memory: 4, disk: 4 } })
    const running = [runningOf({ resources: { cpu: 4, memory: 0, disk: 0 } })]
    expect(about(stateOf({ workers: [worker], queue: [task], running }), NO_LIMITS, 't').soonest).toEqual({
      workerId: 'w',
      at: NOW + 600_000,
    })
  })
  it('raises a priority only where the task would not start without', () => {
    const before = taskOf({ id: 'before', expectedSeconds: 9000 })
    const farm = (cpu: number) =>
      stateOf({
        workers: [
          workerOf({ cordoned: true, totals: { cpu, memory: 4, disk: 4 }, available: { cpu, memory: 4, disk: 4 } }),
        ],
        queue: [task, before],
      })
    expect(about(farm(2), NO_LIMITS, 't').smallest?.changes).toEqual([{ kind: 'uncordon' }])
    expect(about(farm(1), NO_LIMITS, 't').smallest?.changes).toEqual([
      { kind: 'uncordon' },
      { kind: 'raise_priority', to: 1 },
    ])
  })
})
