import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { pruneShapes } from '#lib/db/queue'
import { requestTasks } from '../tasks/request'
import { claimTask, takeNext } from '../tasks/take'
import { poll } from './poll'

const GIB = 1024 ** 3
const FREE = { cpu: 4, memory: 8 * GIB, disk: 100 * GIB }
let farm: TestFarm
let owner: Awaited<ReturnType<TestFarm['account']>>
beforeAll(async () => {
  farm = await testFarm({ PLATFORM_wikimedia_MAX_TASKS_TOTAL: '2' })
  owner = await farm.account('owner', 'worker')
  for (let index = 0; index < 20; index++) await farm.worker(owner.actor.accountId, { name: `farm-${index}` })
})
afterAll(() => farm.close())
beforeEach(async () => {
  farm.at(null)
  await farm.system.db.task.updateMany({
    where: { status: 'requested' },
    data: { status: 'canceled', endedAt: new Date() },
  })
})

let names = 0
async function queue(count: number, change = {}, worker: string | null = null): Promise<string[]> {
  const schedules = Array.from({ length: count }, () => `schedule-${++names}`)
  for (const name of schedules) await farm.schedule({ name, ...change })
  const { requested } = await requestTasks(farm.system, { schedules, worker })
  return requested.map((task) => task.id)
}
const ask = async (index: number) =>
  (await poll(owner, { worker: `farm-${index}`, available: FREE, ip: null }))?.task.id ?? null
const workerId = async (index: number) =>
  (await farm.system.db.worker.findUniqueOrThrow({ where: { name: `farm-${index}` } })).id

it('tells 20 workers that poll at once of 20 different tasks', async () => {
  const ids = await queue(20)
  const told = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(index)))
  expect([...told].sort()).toEqual([...ids].sort())
})

it('tells a worker that asks again of the same task, and nobody else until the offer lapses', async () => {
  const [id] = await queue(1)
  expect(await ask(0)).toBe(id)
  expect(await ask(0)).toBe(id)
  expect(await ask(1)).toBeNull()
  expect(await takeNext(farm.system, await workerId(2))).toBeNull()
  farm.at(new Date(Date.now() + 6_000))
  expect(await ask(0)).toBe(id)
  farm.at(new Date(Date.now() + 11_000))
  expect(await ask(1)).toBe(id)
})

it('lets a worker take what another was offered', async () => {
  const [id = ''] = await queue(1)
  expect(await ask(0)).toBe(id)
  const worker = await workerId(1)
  expect((await claimTask(farm.system, { id: worker, kind: 'zimfarm' }, id))?.taskId).toBe(id)
  expect(await ask(0)).toBeNull()
})

it('offers no more tasks of a platform than may run, and takes no more of them at once', async () => {
  const ids = await queue(6, { platform: 'wikimedia' })
  const told = await Promise.all(Array.from({ length: 6 }, (_, index) => ask(index)))
  expect(new Set(told.filter((id) => id !== null)).size).toBeGreaterThanOrEqual(2)
  const takes = await Promise.allSettled(
    ids.map(async (id, index) => claimTask(farm.system, { id: await workerId(index), kind: 'zimfarm' }, id)),
  )
  expect(takes.filter((take) => take.status === 'fulfilled' && take.value !== null)).toHaveLength(2)
  expect(takes.find((take) => take.status === 'rejected')?.reason).toMatchObject({ code: 'conflict' })
  farm.at(new Date(Date.now() + 11_000))
  expect(await ask(10)).toBeNull()
})

it('finds its task behind many that it can never take', async () => {
  await queue(30, {}, 'farm-12')
  await queue(30, { resources: { cpu: 64, memory: GIB, disk: GIB } })
  await queue(30, { platform: 'wikimedia' })
  const [id] = await queue(1)
  expect(await ask(11)).toBe(id)
})

it('forgets shapes that no task has, and finds what is requested with one of them afterwards', async () => {
  const shape = { resources: { cpu: 3, memory: GIB, disk: GIB } }
  const [first = ''] = await queue(1, shape)
  expect(await ask(12)).toBe(first)
  await farm.system.db.task.updateMany({ where: { id: first }, data: { status: 'canceled', endedAt: new Date() } })
  await pruneShapes(farm.system.db, new Date())
  const [second] = await queue(1, shape)
  await pruneShapes(farm.system.db, new Date(Date.now() + 3_600_000))
  expect(await ask(12)).toBe(second)
  await farm.system.db.task.updateMany({
    where: { status: 'requested' },
    data: { status: 'canceled', endedAt: new Date() },
  })
  await pruneShapes(farm.system.db, new Date())
  await pruneShapes(farm.system.db, new Date(Date.now() + 3_600_000))
  expect(await farm.system.db.taskShape.count()).toBe(0)
  const [third] = await queue(1, shape)
  farm.at(new Date(Date.now() + 3_600_000))
  expect(await ask(12)).toBe(third)
})
