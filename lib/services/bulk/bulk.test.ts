import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { openRuntime, type Runtime } from '../runtime'
import type { Context } from '../context'
import { countTasks } from '../tasks/list'
import { reportOutcome, reportStart } from '../tasks/report'
import { requestTasks } from '../tasks/request'
import { claimTask } from '../tasks/take'
import { createBulk } from './create'
import { bulkResults, getBulk, listBulk, stopBulk } from './read'
import { cleanUpBulk, openBulk, runBulk } from './run'
import { createScheduleBulk, type NewScheduleBulk } from './schedules'
import { listHistory } from '../schedules/history'
import { countSchedules, listSchedules } from '../schedules/list'

let farm: TestFarm
let other: Runtime
let manager: Context
const never = new AbortController().signal
const GIB = 1024 ** 3

beforeAll(async () => {
  farm = await testFarm()
  other = openRuntime(farm.runtime.env, 'other')
  manager = await farm.account('kim', 'manager')
  for (let index = 0; index < 120; index++) await farm.schedule({ name: `s-${String(index).padStart(3, '0')}` })
})
afterAll(async () => {
  await other.close()
  await farm.close()
})
beforeEach(async () => {
  const { db } = farm.system
  await db.schedule.updateMany({ data: { lastTaskId: null } })
  for (const table of ['task', 'taskCount', 'bulkJob'] as const) await (db[table] as typeof db.task).deleteMany()
})

const request = async (count: number, priority = 0) => {
  const schedules = Array.from({ length: count }, (_, index) => `s-${String(index).padStart(3, '0')}`)
  return (await requestTasks(farm.system, { schedules, priority })).requested.map(({ id }) => id)
}
const queued = { tab: 'queued' } as const

describe('a bulk job', () => {
  it('does one thing to all that fit, with a result for each', async () => {
    await request(110)
    const bulk = await createBulk(manager, { action: 'cancel', selection: { query: queued }, options: {} })
    expect(bulk).toMatchObject({ state: 'waiting', expected: 110, exact: true, author: 'kim' })
    expect(farm.jobs).toContainEqual({ queue: 'bulk', payload: { bulkId: bulk.id } })
    await runBulk(farm.system, bulk.id, never)
    expect(await getBulk(manager, bulk.id)).toMatchObject({ state: 'done', done: 110, failed: 0 })
    expect(await countTasks(farm.system)).toMatchObject({ requested: 0, canceled: 110 })
    const task = await farm.system.db.task.findFirstOrThrow()
    expect(task.canceledBy).toBe('kim')
    const page = await bulkResults(manager, { id: bulk.id, limit: 100 })
    expect(page.items.map(({ n }) => n)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    expect((await bulkResults(manager, { id: bulk.id, limit: 100, after: page.next ?? '' })).items).toHaveLength(10)
  })

  it('leaves alone what comes after it was asked for', async () => {
    await request(3)
    const bulk = await createBulk(manager, {
      action: 'prioritize',
      selection: { query: queued },
      options: { priority: 7 },
    })
    farm.at(new Date(Date.now() + 1000))
    await farm.schedule({ name: 'late' })
    await requestTasks(farm.system, { schedules: ['late'] })
    farm.at(null)
    await runBulk(farm.system, bulk.id, never)
    const priorities = await farm.system.db.task.groupBy({ by: ['priority'], _count: true })
    expect(priorities.map(({ priority, _count }) => [priority, _count]).sort()).toEqual([
      [0, 1],
      [7, 3],
    ])
  })

  it('tells of each that failed why, and goes on', async () => {
    const agent = await farm.account('agent', 'worker')
    const worker = await farm.worker(agent.actor.accountId, { resources: { cpu: 50, memory: 99 * GIB, disk: 2 ** 45 } })
    for (const id of await request(4)) {
      const lease = await claimTask(farm.system, worker, id)
      if (lease === null) throw new Error('not taken')
      await reportStart(agent, lease)
      await reportOutcome(agent, { ...lease, outcome: 'failed', reasonCode: 'oom', reasonText: '', exitCode: 137 })
    }
    await requestTasks(farm.system, { schedules: ['s-001'] })
    const retry = () => createBulk(manager, { action: 'retry', selection: { query: { tab: 'failed' } }, options: {} })
    const bulk = await retry()
    await runBulk(farm.system, bulk.id, never)
    expect(await getBulk(manager, bulk.id)).toMatchObject({ state: 'done', done: 3, failed: 1 })
    const { items } = await bulkResults(manager, { id: bulk.id, failed: true, limit: 10 })
    expect(items).toMatchObject([{ name: 's-001', done: false, code: 'conflict', madeTaskId: null }])
    expect(items[0]?.why).toContain('waits in the queue already')
    const good = await bulkResults(manager, { id: bulk.id, failed: false, limit: 10 })
    expect(good.items.every(({ madeTaskId }) => madeTaskId !== null)).toBe(true)
    expect(await countTasks(farm.system)).toMatchObject({ requested: 4, failed: 4 })
  })

  it('is done once for each task by two dispatchers at once, and goes on after one has died in the middle', async () => {
    const ids = await request(30)
    const bulk = await createBulk(manager, { action: 'prioritize', selection: { ids }, options: { priority: 3 } })
    // The first one dies after a few: its lease stays.
    let calls = 0
    const dying: Context = {
      ...farm.system,
      now: () => {
        if (++calls > 40) throw new Error('dead')
        return new Date()
      },
    }
    await expect(runBulk(dying, bulk.id, never)).rejects.toThrow('dead')
    const half = await getBulk(manager, bulk.id)
    expect(half.done).toBeGreaterThan(0)
    expect(half.done).toBeLessThan(30)
    await farm.system.db.bulkJob.update({
      where: { id: bulk.id },
      data: { leaseExpiresAt: new Date(Date.now() + 60_000) },
    })
    await runBulk(farm.system, bulk.id, never)
    expect((await getBulk(manager, bulk.id)).done).toBe(half.done)
    expect(await openBulk(farm.system, 10)).toEqual([])
    const later = new Date(Date.now() + 61_000)
    farm.at(later)
    expect(await openBulk(farm.system, 10)).toEqual([bulk.id])
    const second: Context = {
      ...farm.system,
      ...other.context,
      actor: farm.system.actor,
      now: () => later,
      enqueue: farm.system.enqueue,
    }
    await Promise.all([runBulk(farm.system, bulk.id, never), runBulk(second, bulk.id, never)])
    farm.at(null)
    expect(await getBulk(manager, bulk.id)).toMatchObject({ state: 'done', done: 30, failed: 0 })
    const events = await farm.system.db.event.groupBy({
      by: ['taskId'],
      where: { kind: 'task.prioritized', taskId: { in: ids } },
      _count: true,
    })
    expect(events.map((one) => one._count)).toEqual(Array.from({ length: 30 }, () => 1))
  })

  it('can be stopped by who asked, lets go when its dispatcher stops, and ends when the account may no more', async () => {
    await request(5)
    const start = (ctx: Context) => createBulk(ctx, { action: 'cancel', selection: { query: queued }, options: {} })
    const stopped = await start(manager)
    expect(await stopBulk(manager, stopped.id)).toMatchObject({ state: 'stopped', stoppedBy: 'kim' })
    await runBulk(farm.system, stopped.id, never)
    expect(await countTasks(farm.system)).toMatchObject({ requested: 5 })

    const interrupted = await start(manager)
    await runBulk(farm.system, interrupted.id, AbortSignal.abort())
    expect(await openBulk(farm.system, 10)).toEqual([interrupted.id])

    const leaving = await farm.account('leaving', 'manager')
    const theirs = await start(leaving)
    await farm.system.db.account.update({ where: { username: 'leaving' }, data: { role: 'viewer' } })
    await runBulk(farm.system, theirs.id, never)
    expect(await getBulk(leaving, theirs.id)).toMatchObject({ state: 'stopped', done: 0 })
    expect((await getBulk(leaving, theirs.id)).error).toContain('tasks.cancel')
    await expect(getBulk(manager, theirs.id)).rejects.toMatchObject({ code: 'not_found' })
    expect((await listBulk(manager, { limit: 10 })).items).toHaveLength(2)
  })

  it('is refused to who may not, for what makes no sense, and without what it needs', async () => {
    const viewer = await farm.account('viewer', 'viewer')
    const ask = (ctx: Context, change: object) =>
      createBulk(ctx, { action: 'cancel', selection: { query: queued }, options: {}, ...change })
    await expect(ask(viewer, {})).rejects.toMatchObject({ code: 'forbidden' })
    await expect(ask(manager, { action: 'retry' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(ask(manager, { action: 'prioritize' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(
      ask(manager, { action: 'request', selection: { query: { tab: 'failed' } }, options: { worker: 'nobody' } }),
    ).rejects.toMatchObject({ code: 'invalid' })
  })

  it('is forgotten a month after its end', async () => {
    await request(1)
    const bulk = await createBulk(manager, { action: 'cancel', selection: { query: queued }, options: {} })
    await runBulk(farm.system, bulk.id, never)
    expect(await cleanUpBulk(farm.system)).toEqual({ removed: 0 })
    farm.at(new Date(Date.now() + 31 * 86_400_000))
    expect(await cleanUpBulk(farm.system)).toEqual({ removed: 1 })
    farm.at(null)
  })
})

describe('a bulk job with schedules', () => {
  const ask = (input: Partial<NewScheduleBulk> & Pick<NewScheduleBulk, 'action'>) =>
    createScheduleBulk(manager, { selection: { scheduleQuery: { q: 's-00' } }, options: {}, ...input })
  const run = async (id: string) => {
    await runBulk(farm.system, id, never)
    return getBulk(manager, id)
  }

  it('does it to all that a filter finds, once, with a line in each history', async () => {
    const bulk = await ask({ action: 'tag', options: { tag: 'many', comment: 'by hand' } })
    expect(bulk).toMatchObject({ expected: 10, state: 'waiting' })
    expect(await run(bulk.id)).toMatchObject({ state: 'done', done: 10, failed: 0 })
    const tagged = await listSchedules(farm.system, { tag: ['many'], limit: 50 })
    expect(tagged.items.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, index) => `s-00${index}`))
    const again = await ask({ action: 'tag', options: { tag: 'many' } })
    await run(again.id)
    const [first] = tagged.items
    expect(await listHistory(farm.system, first?.id ?? '', { limit: 9 })).toMatchObject({
      items: [{ version: 2, author: 'kim', comment: 'by hand' }, { version: 1 }],
    })
    const untag = await ask({ action: 'untag', options: { tag: 'many' } })
    await run(untag.id)
    expect(await countSchedules(farm.system, { tag: ['many'] })).toBe(0)
  })

  it('goes on although the filter no longer finds what is done', async () => {
    const bulk = await ask({ action: 'disable', selection: { scheduleQuery: { enabled: true, q: 's-' } } })
    expect(await run(bulk.id)).toMatchObject({ done: 120, failed: 0 })
    const back = await ask({ action: 'enable', selection: { scheduleQuery: { enabled: false, q: 's-' } } })
    expect(await run(back.id)).toMatchObject({ done: 120 })
  })

  it('requests them with a priority, and tells of each that could not be', async () => {
    await request(2)
    const bulk = await ask({ action: 'requestSchedules', options: { priority: 6 } })
    expect(await run(bulk.id)).toMatchObject({ done: 8, failed: 2 })
    const { items } = await bulkResults(manager, { id: bulk.id, failed: true, limit: 9 })
    expect(items.map(({ name, code }) => [name, code]).sort()).toEqual([
      ['s-000', 'conflict'],
      ['s-001', 'conflict'],
    ])
    expect(await farm.system.db.task.count({ where: { priority: 6, requestedBy: 'kim' } })).toBe(8)
  })

  it('archives and restores single ones', async () => {
    const { id } = await farm.schedule({ name: 'to-archive' })
    const bulk = await ask({ action: 'archive', selection: { schedules: [id, id] } })
    expect(await run(bulk.id)).toMatchObject({ expected: 1, done: 1 })
    const twice = await ask({ action: 'archive', selection: { schedules: [id] } })
    expect(await run(twice.id)).toMatchObject({ done: 0, failed: 1 })
    const back = await ask({ action: 'restore', selection: { scheduleQuery: { archived: true } } })
    expect(await run(back.id)).toMatchObject({ done: 1 })
  })

  it('is refused to who may not and without its tag, and is not among the jobs with tasks', async () => {
    const editor = await farm.account('only-ed', 'editor')
    const input = { selection: { scheduleQuery: {} }, options: {} }
    await expect(createScheduleBulk(editor, { ...input, action: 'requestSchedules' })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(ask({ action: 'tag' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(ask({ action: 'requestSchedules', options: { worker: 'nobody' } })).rejects.toMatchObject({
      code: 'invalid',
    })
    await ask({ action: 'enable' })
    expect((await listBulk(manager, { limit: 10 })).items).toEqual([])
  })
})
