import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { ACTIVE } from '#lib/core/task'
import { cancelTask } from './cancel'
import { expireLeases } from './expire-leases'
import { getTask } from './get'
import { countTasks, listTasks } from './list'
import { appendLog, readLog } from './log'
import { renewLeases } from './renew'
import { reportOutcome, reportStart } from './report'
import { requestTasks } from './request'
import { claimTask, takeNext } from './take'
import { whyTask } from './why'

let farm: TestFarm
let worker: { id: string; kind: string }
let agent: Awaited<ReturnType<TestFarm['account']>>
beforeAll(async () => {
  farm = await testFarm()
  agent = await farm.account('agent', 'worker')
  worker = await farm.worker(agent.actor.accountId)
})
afterAll(() => farm.close())

async function requested(name: string, change = {}) {
  await farm.schedule({ name, ...change })
  const { requested } = await requestTasks(farm.system, { schedules: [name] })
  return requested[0]?.id ?? ''
}
async function running(name: string, change = {}) {
  const taskId = await requested(name, change)
  const lease = await claimTask(farm.system, worker, taskId)
  if (lease === null) throw new Error('not taken')
  await reportStart(agent, lease)
  return lease
}
const done = (lease: { taskId: string; fence: number }) =>
  reportOutcome(agent, { ...lease, outcome: 'succeeded', exitCode: 0 })
const reserved = async () =>
  (await farm.runtime.context.db.worker.findUniqueOrThrow({ where: { id: worker.id } })).reservedCpu

describe('a task', () => {
  it('is requested, taken, started and ended, with an event for each', async () => {
    const notification = { ended: { webhook: ['https://hooks.example.org/?token=x'] } }
    const lease = await running('whole-way', { notification })
    expect(await reserved()).toBe(1)
    await done(lease)
    const task = await getTask(farm.system, lease.taskId)
    expect(task.status).toBe('succeeded')
    expect(task.history.map((entry) => entry.code)).toEqual(['requested', 'reserved', 'started', 'succeeded'])
    expect(await reserved()).toBe(0)
    const events = await farm.system.db.event.findMany({ where: { taskId: lease.taskId }, orderBy: { id: 'asc' } })
    expect(events.map((event) => event.kind)).toEqual([
      'task.requested',
      'task.reserved',
      'task.started',
      'task.succeeded',
    ])
    const notices = await farm.system.db.notice.findMany({ where: { taskId: lease.taskId } })
    expect(notices.map((notice) => notice.occasion)).toEqual(['ended'])
    expect(notices[0]?.payload).toMatchObject({ _id: lease.taskId, status: 'succeeded', worker: 'worker-1' })
    expect(farm.jobs).toContainEqual({ queue: 'notice', payload: { noticeId: notices[0]?.id } })
  })

  it('is not requested twice', async () => {
    await requested('once')
    const again = await requestTasks(farm.system, { schedules: ['once', 'unknown'] })
    expect(again.requested).toEqual([])
    expect(again.refused.map((refusal) => refusal.why)).toEqual([
      expect.stringContaining('waits in the queue'),
      'there is no schedule unknown',
    ])
  })

  it('is requested once by many who request its schedule at once', async () => {
    await farm.schedule({ name: 'wanted' })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => requestTasks(farm.system, { schedules: ['wanted'] })),
    )
    expect(answers.flatMap((answer) => answer.requested)).toHaveLength(1)
    expect(new Set(answers.flatMap((answer) => answer.refused.map((refusal) => refusal.code)))).toEqual(
      new Set(['waiting']),
    )
    expect(await farm.system.db.task.count({ where: { scheduleName: 'wanted' } })).toBe(1)
  })

  it('survives its schedule', async () => {
    const lease = await running('short-lived')
    await farm.system.db.schedule.delete({ where: { name: 'short-lived' } })
    await done(lease)
    const task = await getTask(farm.system, lease.taskId)
    expect([task.scheduleName, task.originalScheduleName, task.status]).toEqual([null, 'short-lived', 'succeeded'])
  })

  it('goes back to the queue when its lease runs out, and the late report is refused', async () => {
    const lease = await running('lost-once')
    farm.at(new Date(Date.now() + 60_000))
    expect(await expireLeases(farm.system)).toBe(1)
    await expect(done(lease)).rejects.toMatchObject({ code: 'lease_lost' })
    const again = await claimTask(farm.system, worker, lease.taskId)
    expect(again?.fence).toBe(lease.fence + 1)
    await expect(done(lease)).rejects.toMatchObject({ code: 'lease_lost' })
    if (again !== null) {
      await reportStart(agent, again)
      await done(again)
    }
    farm.at(null)
    expect((await getTask(farm.system, lease.taskId)).status).toBe('succeeded')
  })

  it('fails as worker_lost when no attempt is left', async () => {
    const taskId = await requested('lost-for-good')
    for (let attempt = 1; attempt <= 3; attempt++) {
      farm.at(new Date(Date.now() + attempt * 60_000))
      await claimTask(farm.system, worker, taskId)
      farm.at(new Date(Date.now() + attempt * 60_000 + 30_000))
      await expireLeases(farm.system)
    }
    farm.at(null)
    expect(await getTask(farm.system, taskId)).toMatchObject({
      status: 'failed',
      reasonCode: 'worker_lost',
      attempt: 3,
    })
    expect(await reserved()).toBe(0)
  })

  it('is canceled at once in the queue, and by its holder when it runs; cancel wins over a success', async () => {
    const waiting = await requested('cancel-waiting')
    expect((await cancelTask(farm.system, waiting)).status).toBe('canceled')
    await expect(cancelTask(farm.system, waiting)).rejects.toMatchObject({ code: 'conflict' })
    const lease = await running('cancel-running')
    expect((await cancelTask(farm.system, lease.taskId)).status).toBe('started')
    const [renewed] = await renewLeases(agent, { workerId: worker.id, held: [lease] })
    expect(renewed?.order).toBe('cancel')
    await done(lease)
    expect((await getTask(farm.system, lease.taskId)).status).toBe('canceled')
  })

  it('is handed back without the cost of an attempt when the agent stops', async () => {
    const lease = await running('interrupted')
    await reportOutcome(agent, { ...lease, outcome: 'interrupted', reasonText: 'restart' })
    expect(await getTask(farm.system, lease.taskId)).toMatchObject({ status: 'requested', attempt: 0, worker: null })
  })

  it('is reported on by the owner of its worker only', async () => {
    const lease = await running('mine')
    const other = await farm.account('other-agent', 'worker')
    await expect(reportOutcome(other, { ...lease, outcome: 'succeeded', exitCode: 0 })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await done(lease)
  })

  it('keeps its log in order, whatever comes twice', async () => {
    const lease = await running('talkative')
    const line = (text: string) => ({ stream: 'stdout' as const, at: new Date().toISOString(), text })
    await appendLog(agent, { ...lease, chunk: 1, lines: [line('one'), line('two')] })
    await appendLog(agent, { ...lease, chunk: 1, lines: [line('one'), line('two')] })
    await expect(appendLog(agent, { ...lease, chunk: 3, lines: [line('four')] })).rejects.toMatchObject({
      code: 'conflict',
    })
    await appendLog(agent, { ...lease, chunk: 2, lines: [line('three')] })
    const log = await readLog(farm.system, { taskId: lease.taskId, after: 1, limit: 10 })
    expect(log.lines.map((entry) => [entry.n, entry.text])).toEqual([
      [2, 'two'],
      [3, 'three'],
    ])
    expect(log.total).toBe(3)
    await done(lease)
  })

  it('tells why it waits', async () => {
    const taskId = await requested('too-big', { resources: { cpu: 99, memory: 0, disk: 0 } })
    const why = await whyTask(farm.system, taskId)
    expect(why.workers).toMatchObject([
      { worker: 'worker-1', reasons: [{ code: 'too_big', resource: 'cpu', need: 99, total: 4 }] },
    ])
    expect(why.smallest?.changes).toContainEqual({ kind: 'ask_less', resources: { cpu: 4 } })
  })

  it('says who will take it, and what keeps the others from it', async () => {
    const other = await farm.worker(agent.actor.accountId, { name: 'crawler', taskTypes: ['zimit'] })
    const taskId = await requested('soon')
    expect((await whyTask(farm.system, taskId)).workers).toMatchObject([
      { worker: 'crawler', reasons: [{ code: 'task_type', taskType: 'zimwriterfs' }] },
      { worker: 'worker-1', reasons: [], changes: [] },
    ])
    await cancelTask(farm.system, taskId)
    await farm.system.db.worker.delete({ where: { id: other.id } })
  })
})

describe('taking', () => {
  it('gives one task to one of 20 workers that take at once', async () => {
    const others = await Promise.all(
      Array.from({ length: 20 }, (_, index) => farm.worker(agent.actor.accountId, { name: `racer-${index}` })),
    )
    await farm.schedule({ name: 'race' })
    for (let round = 0; round < 10; round++) {
      const { requested } = await requestTasks(farm.system, { schedules: ['race'] })
      const taskId = requested[0]?.id ?? ''
      const takes = await Promise.all(
        Array.from({ length: 100 }, (_, index) => claimTask(farm.system, others[index % 20] ?? worker, taskId)),
      )
      const winners = takes.filter((lease) => lease !== null)
      expect(winners).toHaveLength(1)
      await reportOutcome(agent, {
        taskId,
        fence: winners[0]?.fence ?? 0,
        outcome: 'failed',
        reasonCode: 'unknown',
        reasonText: '',
        exitCode: 1,
      })
    }
  })

  it('never exceeds the resources of a worker', async () => {
    const small = await farm.worker(agent.actor.accountId, {
      name: 'small',
      resources: { cpu: 2, memory: 8 * 1024 ** 3, disk: 2 ** 40 },
    })
    const ids = await Promise.all(Array.from({ length: 6 }, (_, index) => requested(`packed-${index}`)))
    const takes = await Promise.allSettled(ids.map((id) => claimTask(farm.system, small, id)))
    expect(takes.filter((take) => take.status === 'fulfilled')).toHaveLength(2)
    const held = await farm.system.db.task.count({ where: { workerId: small.id, status: { in: [...ACTIVE] } } })
    expect(held).toBe(2)
  })

  it('goes by priority', async () => {
    const lone = await farm.account('lone', 'worker')
    const own = await farm.worker(lone.actor.accountId, { name: 'phet-only', taskTypes: ['phet'] })
    const phet = { taskType: 'phet', config: { params: {}, image: null, warehousePath: '/phet', monitor: false } }
    await requested('phet-low', phet)
    await farm.schedule({ name: 'phet-high', ...phet })
    const { requested: high } = await requestTasks(farm.system, { schedules: ['phet-high'], priority: 7 })
    expect((await takeNext(farm.system, own.id))?.taskId).toBe(high[0]?.id)
  })
})

it('keeps the counts', async () => {
  const counts = await countTasks(farm.system)
  const rows = await farm.system.db.task.groupBy({ by: ['status'], _count: true })
  for (const row of rows) expect([row.status, counts[row.status]]).toEqual([row.status, row._count])
})

it('lists by key without gaps', async () => {
  const seen: string[] = []
  let after: string | undefined
  do {
    const page = await listTasks(farm.system, { sort: 'updated', limit: 3, after })
    seen.push(...page.items.map((task) => task.id))
    after = page.next ?? undefined
  } while (after !== undefined)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.length).toBe(await farm.system.db.task.count())
})
