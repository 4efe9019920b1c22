import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { requestTasks } from '../tasks/request'
import { reportOutcome, reportStart } from '../tasks/report'
import { removeOldTasks } from '../tasks/remove'
import { claimTask } from '../tasks/take'
import { breakdown, dashboard, failureGroups, resolveGroup } from './dashboard'
import { forgetFigures, keepFigures } from './keep'
import { readOutlook, workOut } from './outlook'

let farm: TestFarm
let agent: Awaited<ReturnType<TestFarm['account']>>
let worker: { id: string; kind: string }
const goOn = () => Promise.resolve(true)
const once = () => keepFigures(farm.system, goOn)
/** Until the whole log is read: it stops at the oldest transaction of the server, which may be another test's. */
async function keep() {
  for (;;) {
    await once()
    const [left] = await farm.system.db.$queryRaw<{ n: bigint }[]>`
      SELECT count(*) AS n FROM event, log_cursor c WHERE c.name = 'figures' AND (event.xid, event.id) > (c.xid, c.number)`
    if (left?.n === 0n) return
  }
}
beforeAll(async () => {
  farm = await testFarm({ SHOULD_REMOVE_OLD_TASKS: 'true' })
  agent = await farm.account('agent', 'worker')
  worker = await farm.worker(agent.actor.accountId)
  await keep()
})
afterAll(() => farm.close())

let n = 0
async function run(outcome: 'succeeded' | 'failed', reasonText = '') {
  n += 1
  await farm.schedule({ name: `run-${n}` })
  const { requested } = await requestTasks(farm.system, { schedules: [`run-${n}`] })
  const taskId = requested[0]?.id ?? ''
  const lease = await claimTask(farm.system, worker, taskId)
  if (lease === null) throw new Error('not taken')
  await reportStart(agent, lease)
  await reportOutcome(
    agent,
    outcome === 'succeeded'
      ? { ...lease, outcome, exitCode: 0 }
      : { ...lease, outcome, reasonCode: 'network', reasonText, exitCode: null },
  )
  return taskId
}
const totals = async () => (await dashboard(farm.system, '24h')).totals

describe('kept figures', () => {
  it('tell what was requested and what became of it, by who asked, what ran and where', async () => {
    await run('succeeded')
    await run('failed', 'https://a.example/1 answered 503')
    await keep()
    expect(await totals()).toMatchObject({ requested: 2, succeeded: 1, failed: 1, canceled: 0, returned: 0 })
    expect((await totals()).waitP50).toBeGreaterThanOrEqual(0)
    const by = async (what: 'requester' | 'task_type' | 'worker') =>
      (await breakdown(farm.system, { by: what, range: '7d' })).map((row) => [row.name, row.succeeded, row.failed])
    expect(await by('task_type')).toEqual([['zimwriterfs', 1, 1]])
    expect(await by('requester')).toEqual([['croft', 1, 1]])
    expect(await by('worker')).toEqual([['worker-1', 1, 1]])
  })
  it('count each event once, however many read at once', async () => {
    const before = await totals()
    for (let i = 0; i < 5; i++) await run('succeeded')
    await Promise.all(Array.from({ length: 8 }, once))
    await keep()
    expect((await totals()).succeeded).toBe(before.succeeded + 5)
    expect((await totals()).requested).toBe(before.requested + 5)
  })
  it('count what commits late, and nothing twice because of it', async () => {
    const before = await totals()
    let release = () => undefined as void
    const hold = new Promise<void>((resolve) => (release = resolve))
    let open = () => undefined as void
    const opened = new Promise<void>((resolve) => (open = resolve))
    const late = farm.system.db.$transaction(async (tx) => {
      await tx.event.create({
        data: { at: new Date(), kind: 'task.canceled', actor: 'x', taskId: crypto.randomUUID(), data: {} },
      })
      open()
      await hold
    })
    await opened
    await run('succeeded')
    await once()
    const meanwhile = await totals()
    release()
    await late
    await keep()
    await once()
    const after = await totals()
    expect(meanwhile.canceled).toBe(before.canceled)
    expect([after.canceled, after.succeeded]).toEqual([before.canceled + 1, before.succeeded + 1])
  })
  it('stay when their tasks are deleted', async () => {
    const before = await totals()
    await farm.system.db.schedule.deleteMany()
    farm.at(new Date(Date.now() + 11 * 86_400_000))
    const { removed } = await removeOldTasks(farm.system, goOn)
    expect(removed).toBeGreaterThan(0)
    farm.at(null)
    await keep()
    expect(await totals()).toEqual(before)
  })
  it('look once a minute at what is reserved of what is there', async () => {
    const looks = async () =>
      (await farm.system.db.stat.findMany({ where: { span: 'day', scope: 'farm', subject: '' } })).reduce(
        (sum, row) => sum + row.samples,
        0,
      )
    await farm.system.db.worker.updateMany({ data: { lastSeenAt: new Date(), reservedCpu: 1 } })
    const before = await looks()
    const soon = new Date(Date.now() + 61_000)
    farm.at(soon)
    await farm.system.db.worker.updateMany({ data: { lastSeenAt: soon } })
    await Promise.all([once(), once(), once()])
    expect(await looks()).toBe(before + 1)
    expect((await totals()).cpuShare).toBeGreaterThan(0)
    farm.at(null)
    await farm.system.db.worker.updateMany({ data: { lastSeenAt: new Date(), reservedCpu: 0 } })
  })
  it('of hours and days go after a long time, those of all time stay', async () => {
    const old = new Date(Date.now() - 1000 * 86_400_000)
    const row = { scope: 'farm', subject: 'old', at: old }
    await farm.system.db.stat.createMany({
      data: [
        { ...row, span: 'hour' },
        { ...row, span: 'day' },
        { ...row, span: 'all' },
      ],
    })
    await forgetFigures(farm.system)
    const left = await farm.system.db.stat.findMany({ where: { subject: 'old' } })
    expect(left.map((one) => one.span)).toEqual(['all'])
  })
})

describe('groups of failures', () => {
  it('hold what says the same, mask passwords, and open again after they were called mended', async () => {
    await run('failed', 'could not read https://joe:hunter2@a.example/x after 3 tries')
    await run('failed', 'could not read https://joe:hunter3@b.example/y after 5 tries')
    await run('failed', 'the disk is full')
    await keep()
    const groups = async (resolved = false) => failureGroups(farm.system, { range: '24h', resolved, limit: 50 })
    const [first] = (await groups()).filter((group) => group.text.includes('could not read'))
    expect(first).toMatchObject({ failures: 2, total: 2, reasonCode: 'network', lastWorker: 'worker-1' })
    expect(JSON.stringify(first)).not.toContain('hunter')
    const id = first?.id ?? ''
    const viewer = await farm.account('viewer', 'viewer')
    await expect(resolveGroup(viewer, id, true)).rejects.toMatchObject({ code: 'forbidden' })
    await resolveGroup(farm.system, id, true)
    expect((await groups()).map((group) => group.id)).not.toContain(id)
    expect((await groups(true)).map((group) => group.id)).toEqual([id])
    await run('failed', 'could not read https://c.example/ after 1 tries')
    await keep()
    expect((await groups()).find((group) => group.id === id)).toMatchObject({ failures: 3, resolved: null })
  })
})

describe('the outlook', () => {
  it('plays a short queue to its end, and lists what is overdue', async () => {
    await farm.schedule({ name: 'next-one' })
    await farm.schedule({ name: 'never-fits', resources: { cpu: 100, memory: 1, disk: 1 } })
    await farm.schedule({ name: 'late', periodicity: 'monthly' })
    await farm.system.db.schedule.update({ where: { name: 'late' }, data: { createdAt: new Date('2020-01-01') } })
    await requestTasks(farm.system, { schedules: ['next-one'] })
    await requestTasks(farm.system, { schedules: ['never-fits'] })
    await farm.system.db.worker.updateMany({ data: { lastSeenAt: new Date() } })
    await workOut(farm.system)
    const outlook = await readOutlook(farm.system)
    expect(outlook).toMatchObject({ method: 'simulated', queued: 2, stuck: 1 })
    expect(outlook?.ticks).toMatchObject([{ name: 'next-one', workerId: worker.id }])
    expect(outlook?.overdue).toMatchObject({ count: 1, items: [{ name: 'late', lastSuccessAt: null }] })
  })
})
