import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeDb, openDb } from '#lib/db/client'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import type { Context } from '../context'
import { requestTasks } from './request'
import { busOf, type Hint, type Seat } from './wake'

let farm: TestFarm
let other: Context
beforeAll(async () => {
  farm = await testFarm()
  other = { ...farm.system, db: openDb(farm.runtime.env.DATABASE_URL ?? '') }
  // Each connection rouses all once: from then on it hears.
  using waiter = enter('early')
  await waiter.next(60_000, [])
  await waiter.look(nothing)
})
afterAll(async () => {
  await closeDb(other.db)
  await farm.close()
})

const GIB = 1024 ** 3
const seat = (workerId: string, change: Partial<Seat> = {}): Seat => ({
  workerId,
  taskTypes: ['zimwriterfs'],
  contexts: [],
  free: { cpu: 2, memory: 4 * GIB, disk: 10 * GIB },
  limited: false,
  ...change,
})
const enter = (workerId: string, change: Partial<Seat> = {}) =>
  busOf(farm.system).enter(farm.system, seat(workerId, change))
const needs = {
  taskType: 'zimwriterfs',
  resources: { cpu: 1, memory: GIB, disk: GIB },
  context: '',
  pinnedWorkerId: null,
}
const requested = (change: Partial<Hint> = {}): Hint => ({
  kind: 'task.requested',
  taskId: 'task-1',
  workerId: null,
  fits: needs,
  ...change,
})
const announce = (hint: Hint) => busOf(farm.system).announce(farm.system, [hint])
const nothing = () => Promise.resolve(null)

it('wakes a worker that waits in another process when a task is requested', async () => {
  await farm.schedule({ name: 'called' })
  // Each connection rouses all once; the schedule was a hint too. Only the request comes after this look.
  using waiter = busOf(other).enter(other, seat('far'))
  await waiter.next(60_000, [])
  await waiter.look(nothing)
  expect(waiter.called).toBe(false)
  await requestTasks(farm.system, { schedules: ['called'] })
  await waiter.next(20_000, [])
  expect(waiter.called).toBe(true)
})

it('wakes a worker of this process when a task is requested', async () => {
  await farm.schedule({ name: 'near' })
  using waiter = enter('near')
  await requestTasks(farm.system, { schedules: ['near'] })
  expect(waiter.called).toBe(true)
})

it('wakes one worker for a task, and the next only when that one cannot have it', async () => {
  using first = enter('first')
  using second = enter('second')
  using third = enter('third')
  await Promise.all([first, second, third].map((waiter) => waiter.look(nothing)))
  announce(requested())
  expect([first.called, second.called, third.called]).toEqual([true, false, false])
  await first.look(nothing)
  expect([first.called, second.called, third.called]).toEqual([false, true, false])
  await second.look(() => Promise.resolve({ taskId: 'task-1' }))
  expect([first.called, second.called, third.called]).toEqual([false, false, false])
})

it('goes on to another when the worker leaves, or takes something else', async () => {
  const first = enter('first')
  using second = enter('second')
  using third = enter('third')
  announce(requested())
  first[Symbol.dispose]()
  expect([second.called, third.called]).toEqual([true, false])
  await second.look(() => Promise.resolve({ taskId: 'task-2' }))
  expect(third.called).toBe(true)
})

it.each<[string, Partial<Seat>, Partial<Hint>]>([
  ['of another type', { taskTypes: ['zimit'] }, {}],
  ['that is too big for the room it has', { free: { cpu: 0, memory: GIB, disk: GIB } }, {}],
  ['that is pinned to another', {}, { fits: { ...needs, pinnedWorkerId: 'other' } }],
  ['in a context that it lacks', {}, { fits: { ...needs, context: 'cluster' } }],
  ['that ended elsewhere without a limit', {}, { kind: 'task.succeeded', workerId: 'other', fits: undefined }],
])('does not wake a worker for a task %s', (_, change, hint) => {
  using waiter = enter('worker', change)
  announce(requested(hint))
  expect(waiter.called).toBe(false)
})

it('wakes the worker whose own task has ended, and others that a limit held back when it counted towards one', async () => {
  using own = enter('own')
  using another = enter('another')
  using held = enter('held', { limited: true })
  const ended = requested({ kind: 'task.failed', workerId: 'own', fits: undefined })
  announce(ended)
  expect([own.called, another.called, held.called]).toEqual([true, false, false])
  await own.look(nothing)
  announce({ ...ended, limited: true })
  await own.look(nothing)
  expect([another.called, held.called]).toEqual([false, true])
})
