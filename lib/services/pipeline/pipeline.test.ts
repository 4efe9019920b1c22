import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TAB_SORTS, TABS, type TaskQuery } from '#lib/core/pipeline'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { cancelTask } from '../tasks/cancel'
import { reportOutcome, reportProgress, reportStart } from '../tasks/report'
import { requestTasks } from '../tasks/request'
import { claimTask } from '../tasks/take'
import { whyTask } from '../tasks/why'
import { whyTasks } from '../tasks/why-many'
import { countQuery } from './find'
import { listPipeline } from './list'

let farm: TestFarm
const GIB = 1024 ** 3
beforeAll(async () => {
  farm = await testFarm()
  const agent = await farm.account('agent', 'worker')
  const worker = await farm.worker(agent.actor.accountId, { resources: { cpu: 6, memory: 64 * GIB, disk: 2 ** 45 } })
  const manager = await farm.account('kim', 'manager')
  for (let index = 0; index < 24; index++) {
    const at = new Date(Date.now() - (100 - index) * 60_000)
    farm.at(at)
    const by = index % 3 === 0 ? farm.system : manager
    const name = `${'abcdefgh'[index % 8]}-${index}`
    await farm.schedule({ name })
    const { requested } = await requestTasks(index % 3 === 0 ? farm.system : { ...manager, now: () => at }, {
      schedules: [name],
      priority: index % 4,
    })
    const id = requested[0]?.id ?? ''
    if (index >= 18) continue
    if (index % 6 === 5) {
      await cancelTask(by, id)
      continue
    }
    const lease = await claimTask(farm.system, worker, id)
    if (lease === null) throw new Error('not taken')
    const held = { ...agent, now: () => new Date(at.getTime() + 100 * (1 + index)) }
    await reportStart(held, lease)
    if (index >= 12) {
      await reportProgress(held, { ...lease, progress: { done: index, total: 20, overall: index * 4 } })
      continue
    }
    await reportOutcome(
      { ...held, now: () => new Date(at.getTime() + 2000 + 500 * (index % 5)) },
      index % 2 === 0
        ? { ...lease, outcome: 'succeeded', exitCode: 0 }
        : {
            ...lease,
            outcome: 'failed',
            reasonCode: index % 3 === 0 ? 'oom' : 'network',
            reasonText: 'no',
            exitCode: 1,
          },
    )
  }
  farm.at(null)
})
afterAll(() => farm.close())

const all = async (query: TaskQuery, sort: string, direction: 'asc' | 'desc', limit: number) => {
  const ids: string[] = []
  let after: string | undefined
  do {
    const page = await listPipeline(farm.system, { ...query, sort: sort as never, direction, after, limit })
    ids.push(...page.items.map((item) => item.id))
    after = page.next ?? undefined
  } while (after !== undefined)
  return ids
}

describe('the pipeline lists', () => {
  it('page by key in every order, both ways, and lose or repeat nothing', async () => {
    const sizes: Record<string, number> = {}
    for (const tab of TABS) {
      for (const sort of TAB_SORTS[tab]) {
        const up = await all({ tab }, sort, 'asc', 2)
        const down = await all({ tab }, sort, 'desc', 3)
        expect({ tab, sort, ids: [...down].reverse() }).toEqual({ tab, sort, ids: up })
        expect(new Set(up).size).toBe(up.length)
        sizes[tab] = up.length
      }
    }
    expect(sizes).toEqual({ queued: 6, running: 5, done: 9, failed: 4 })
  })

  it('sort by what they say', async () => {
    const of = async (tab: 'queued' | 'failed' | 'running', sort: never, direction: 'asc' | 'desc') =>
      (await listPipeline(farm.system, { tab, sort, direction, limit: 50 })).items
    const names = (await of('failed', 'schedule' as never, 'asc')).map((item) => item.originalScheduleName)
    expect(names).toEqual([...names].sort())
    const priorities = (await of('queued', 'queue' as never, 'asc')).map((item) => item.priority)
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a))
    const progress = (await of('running', 'progress' as never, 'desc')).map((item) => item.progress?.overall ?? -1)
    expect(progress).toEqual([...progress].sort((a, b) => b - a))
  })

  it('filter on every column, alone and together, and count the same', async () => {
    const fits = async (query: TaskQuery, sort: string) => {
      const ids = await all(query, sort, 'asc', 4)
      expect(await countQuery(farm.system, query)).toEqual({ count: ids.length, exact: true })
      return ids.length
    }
    expect(await fits({ tab: 'failed', reason: ['oom'] }, 'ended')).toBe(2)
    expect(await fits({ tab: 'failed', reason: ['oom', 'network'], by: ['kim'] }, 'took')).toBe(2)
    expect(await fits({ tab: 'failed', worker: ['worker-1'] }, 'ended')).toBe(4)
    expect(await fits({ tab: 'failed', worker: ['nobody'] }, 'ended')).toBe(0)
    expect(await fits({ tab: 'done', status: ['canceled'] }, 'schedule')).toBe(3)
    expect(await fits({ tab: 'queued', minPriority: 2 }, 'queue')).toBe(4)
    expect(await fits({ tab: 'queued', q: 'C-' }, 'queue')).toBe(1)
    expect(await fits({ tab: 'queued', q: '100%' }, 'queue')).toBe(0)
    expect(await fits({ tab: 'running', type: ['zimwriterfs'], stage: ['running'] }, 'since')).toBe(0)
    expect(await fits({ tab: 'running', type: ['zimwriterfs'] }, 'worker')).toBe(5)
    expect(await fits({ tab: 'queued', until: new Date(Date.now() - 80 * 60_000).toISOString() }, 'requested')).toBe(3)
    expect(await countQuery(farm.system, { tab: 'running' })).toEqual({ count: 5, exact: true })
  })

  it('tell what comes after a failure', async () => {
    const [failed] = (await listPipeline(farm.system, { tab: 'failed', sort: 'ended', direction: 'desc', limit: 1 }))
      .items
    expect(failed?.next).toEqual({ schedule: 'enabled', again: null, nextAt: null })
    const name = failed?.scheduleName ?? ''
    const { requested } = await requestTasks(farm.system, { schedules: [name] })
    const [again] = (await listPipeline(farm.system, { tab: 'failed', sort: 'ended', direction: 'desc', limit: 1 }))
      .items
    expect(again?.next?.again).toEqual({ id: requested[0]?.id, status: 'requested' })
    await cancelTask(farm.system, requested[0]?.id ?? '')
  })

  it('refuse an order that the list does not have, and a key that is none', async () => {
    const bad = (change: object) =>
      listPipeline(farm.system, { tab: 'queued', sort: 'queue', direction: 'asc', limit: 5, ...change })
    await expect(bad({ sort: 'reason' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(bad({ after: 'x' })).rejects.toMatchObject({ code: 'invalid' })
    const forged = Buffer.from(JSON.stringify([JSON.stringify(['a', 'b', 'c'])])).toString('base64url')
    await expect(bad({ after: forged })).rejects.toMatchObject({ code: 'invalid' })
  })
})

describe('why many wait', () => {
  it('gives each its place, the reason of its nearest worker, and when it starts', async () => {
    await farm.system.db.worker.updateMany({ data: { lastSeenAt: new Date() } })
    const ids = await all({ tab: 'queued' }, 'queue', 'asc', 50)
    const why = await whyTasks(farm.system, [...ids].reverse())
    expect(why).toHaveLength(ids.length)
    const byId = new Map(why.map((one) => [one.id, one]))
    expect(ids.map((id) => byId.get(id)?.rank)).toEqual(ids.map((_, index) => index))
    for (const one of why) {
      const { workers } = await whyTask(farm.system, one.id)
      expect(workers.map(({ worker }) => worker)).toContain(one.worker)
      expect(one).toMatchObject({ start: { worker: 'worker-1' } })
    }
    const done = await all({ tab: 'done' }, 'ended', 'desc', 50)
    expect(await whyTasks(farm.system, done)).toEqual([])
  })
})
