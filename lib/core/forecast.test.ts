import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyState, NOW, runningOf, stateOf, taskOf, workerOf } from '#lib/testing/farm-state'
import { forecast } from './forecast'
import { NO_LIMITS } from './matching'

describe('forecast', () => {
  it('lets tasks follow one another where there is no room for both', () => {
    const queue = [
      taskOf({ id: 'a', priority: 2, resources: { cpu: 3, memory: 1, disk: 1 }, expectedSeconds: 100 }),
      taskOf({ id: 'b', priority: 1, resources: { cpu: 3, memory: 1, disk: 1 }, expectedSeconds: 50 }),
    ]
    const { ticks, emptyAt, stuck } = forecast(stateOf({ workers: [workerOf()], queue }), NOW, NO_LIMITS, 10)
    expect(ticks).toEqual([
      { taskId: 'a', workerId: 'w', from: NOW, to: NOW + 100_000 },
      { taskId: 'b', workerId: 'w', from: NOW + 100_000, to: NOW + 150_000 },
    ])
    expect(emptyAt).toBe(NOW + 150_000)
    expect(stuck).toEqual([])
  })
  it('waits for what runs, for a time that was set and for the end of quiet hours', () => {
    const full = workerOf({ available: { cpu: 0, memory: 4, disk: 4 } })
    const running = [runningOf({ endsAt: NOW + 10_000, resources: { cpu: 4, memory: 0, disk: 0 } })]
    const of = (state: Parameters<typeof stateOf>[0]) => forecast(stateOf(state), NOW, NO_LIMITS, 10).ticks[0]?.from
    expect(of({ workers: [full], running, queue: [taskOf()] })).toBe(NOW + 10_000)
    expect(of({ workers: [workerOf()], queue: [taskOf({ notBefore: NOW + 5_000 })] })).toBe(NOW + 5_000)
    expect(of({ workers: [workerOf({ quietUntil: NOW + 7_000 })], queue: [taskOf()] })).toBe(NOW + 7_000)
  })
  it('tells what nobody would take, and stops where it is told to', () => {
    const big = taskOf({ id: 'big', resources: { cpu: 40, memory: 1, disk: 1 } })
    expect(forecast(stateOf({ workers: [workerOf()], queue: [big] }), NOW, NO_LIMITS, 10)).toMatchObject({
      ticks: [],
      stuck: ['big'],
      emptyAt: null,
    })
    expect(
      forecast(stateOf({ workers: [workerOf({ online: false })], queue: [taskOf()] }), NOW, NO_LIMITS, 10).stuck,
    ).toEqual(['t'])
    const many = Array.from({ length: 20 }, (_, index) => taskOf({ id: `t${index}` }))
    expect(forecast(stateOf({ workers: [workerOf()], queue: many }), NOW, NO_LIMITS, 5).cut).toBe(true)
  })
  it('gives each task once, never more at once than a worker has room for, and always ends', () =>
    fc.assert(
      fc.property(anyState(), (farm) => {
        const { ticks, stuck, cut } = forecast(farm, NOW, NO_LIMITS, 50)
        const given = ticks.map((tick) => tick.taskId)
        expect(new Set(given).size).toBe(given.length)
        if (!cut) expect([...given, ...stuck].sort()).toEqual(farm.queue.map((task) => task.id).sort())
        for (const worker of farm.workers) {
          const mine = ticks.filter((tick) => tick.workerId === worker.id)
          const held = farm.running.filter((one) => one.workerId === worker.id)
          for (const { from } of mine) {
            const tasks = mine.filter((tick) => tick.from <= from && tick.to > from)
            const cpu = tasks.reduce(
              (sum, tick) => sum + (farm.queue.find((task) => task.id === tick.taskId)?.resources.cpu ?? 0),
              held.filter((one) => one.endsAt > from).reduce((sum, one) => sum + one.resources.cpu, 0),
            )
            expect(cpu).toBeLessThanOrEqual(worker.totals.cpu)
          }
        }
      }),
    ))
})
