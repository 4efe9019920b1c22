import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CUSTOM_ROLE } from '#lib/core/access'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { actorOfToken } from '../accounts/session'
import type { Context } from '../context'
import { reportOutcome, reportStart } from '../tasks/report'
import { requestTasks } from '../tasks/request'
import { claimTask, takeNext } from '../tasks/take'
import { whyTask } from '../tasks/why'
import { configureWorker } from './configure'
import { agentCommand, endWorkerToken, enrolWorker, workerCredentials } from './enrol'
import { getWorker, listWorkers, workerCounts } from './list'
import { lookAfterWorkers } from './look-after'
import { registerOwnWorker } from './register'
import { timeline } from './runs'

let farm: TestFarm
let admin: Context
let owner: Awaited<ReturnType<TestFarm['account']>>
let worker: { id: string; name: string; kind: string }
let n = 0
beforeAll(async () => {
  farm = await testFarm()
  admin = await farm.account('root', 'admin')
})
afterAll(() => farm.close())
beforeEach(async () => {
  n += 1
  owner = await farm.account(`owner-${n}`, 'worker')
  worker = await farm.worker(owner.actor.accountId, { name: `worker-${n}` })
})
afterEach(async () => {
  farm.at(null)
  await farm.system.db.worker.update({ where: { id: worker.id }, data: { deletedAt: new Date() } })
})
async function task(): Promise<string> {
  await farm.schedule({ name: `work-${n}` })
  const { requested } = await requestTasks(farm.system, { schedules: [`work-${n}`], worker: worker.name })
  return requested[0]?.id ?? ''
}
const kinds = async () =>
  (await farm.system.db.event.findMany({ where: { workerId: worker.id }, orderBy: { id: 'asc' } })).map(
    (event) => event.kind,
  )

describe('a worker that is drained', () => {
  it('takes nothing new, ends what it runs, and then it is told that it is empty', async () => {
    const lease = await claimTask(farm.system, worker, await task())
    if (lease === null) throw new Error('not taken')
    await reportStart(owner, lease)
    await configureWorker(admin, worker.name, { cordoned: { reason: 'new disk', until: null, drain: true } })
    expect((await getWorker(admin, worker.name)).cordoned).toMatchObject({
      by: 'root',
      reason: 'new disk',
      draining: true,
      emptySince: null,
    })
    expect(await takeNext(farm.system, worker.id)).toBeNull()
    expect(await lookAfterWorkers(farm.system)).toMatchObject({ drained: 0 })
    await reportOutcome(owner, { ...lease, outcome: 'succeeded', exitCode: 0 })
    expect(await lookAfterWorkers(farm.system)).toMatchObject({ drained: 1 })
    expect(await lookAfterWorkers(farm.system)).toMatchObject({ drained: 0 })
    expect((await getWorker(admin, worker.name)).cordoned?.emptySince).not.toBeNull()
    expect(await kinds()).toEqual(expect.arrayContaining(['worker.draining', 'worker.drained']))
  })
  it('is empty at once when it runs nothing, and takes tasks again when it may', async () => {
    await configureWorker(admin, worker.name, { cordoned: { reason: 'x', until: null, drain: true } })
    expect((await getWorker(admin, worker.name)).cordoned?.emptySince).not.toBeNull()
    const id = await task()
    expect(await takeNext(farm.system, worker.id)).toBeNull()
    await configureWorker(admin, worker.name, { cordoned: null })
    expect((await takeNext(farm.system, worker.id))?.taskId).toBe(id)
  })
  it('takes tasks again by itself at the end that was set, which must lie ahead', async () => {
    const until = new Date(Date.now() + 60_000)
    const cordoned = { reason: 'a minute', until, drain: false }
    await configureWorker(admin, worker.name, { cordoned })
    await lookAfterWorkers(farm.system)
    expect((await getWorker(admin, worker.name)).cordoned).not.toBeNull()
    farm.at(until)
    expect(await lookAfterWorkers(farm.system)).toMatchObject({ uncordoned: 1 })
    expect((await getWorker(admin, worker.name)).cordoned).toBeNull()
    await expect(configureWorker(admin, worker.name, { cordoned })).rejects.toMatchObject({ code: 'invalid' })
  })
  it('stays cordoned by somebody, whatever it wishes itself', async () => {
    await configureWorker(admin, worker.name, { cordoned: { reason: 'ours', until: null, drain: false } })
    await farm.worker(owner.actor.accountId, { name: worker.name, cordoned: false })
    expect((await getWorker(admin, worker.name)).cordoned?.reason).toBe('ours')
  })
})

describe('quiet hours', () => {
  const nights = { zone: 'UTC', spans: [{ days: [], from: '22:00', to: '06:00' }] }
  it('keep a worker from taking anything, by poll and by claim, and are told as the reason', async () => {
    await configureWorker(owner, worker.name, { quietHours: nights })
    const id = await task()
    farm.at(new Date('2027-03-01T23:00:00Z'))
    await farm.system.db.worker.update({ where: { id: worker.id }, data: { lastSeenAt: farm.system.now() } })
    expect(await takeNext(farm.system, worker.id)).toBeNull()
    await expect(claimTask(farm.system, worker, id)).rejects.toMatchObject({ code: 'conflict', message: /quiet/ })
    const why = await whyTask(farm.system, id)
    expect(why.workers.find((one) => one.worker === worker.name)?.reasons).toEqual([
      { code: 'quiet', until: Date.parse('2027-03-02T06:00:00Z') },
    ])
    expect((await getWorker(admin, worker.name)).quiet?.until).toEqual(new Date('2027-03-02T06:00:00Z'))
    farm.at(new Date('2027-03-02T06:00:00Z'))
    expect((await takeNext(farm.system, worker.id))?.taskId).toBe(id)
  })
  it('are refused in a zone that is none', () =>
    expect(
      configureWorker(admin, worker.name, { quietHours: { ...nights, zone: 'Mars/Olympus' } }),
    ).rejects.toMatchObject({ code: 'invalid' }))
})

describe('who may say when a worker works', () => {
  it('is its owner and whoever may change workers, but the owner does not put it back in service', async () => {
    const other = await farm.account(`other-${n}`, 'manager')
    const cordoned = { reason: 'x', until: null, drain: false }
    await expect(configureWorker(other, worker.name, { cordoned })).rejects.toMatchObject({ code: 'forbidden' })
    await configureWorker(owner, worker.name, { cordoned })
    await expect(configureWorker(owner, worker.name, { disabled: null })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(configureWorker(owner, worker.name, { contexts: {} })).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('enrolment', () => {
  const inAWeek = () => new Date(Date.now() + 7 * 86_400_000)
  it('gives a token that registers this worker and no other, and no longer than it lasts', async () => {
    const name = `new-${n}`
    const made = await enrolWorker(admin, { name, owner: null, endsAt: inAWeek() })
    const machine = farm.as(await actorOfToken(farm.system, made.token))
    const told = {
      resources: { cpu: 1, memory: 1, disk: 1 },
      taskTypes: [],
      platforms: {},
      selfish: false,
      version: '1',
    }
    await expect(registerOwnWorker(machine, { name: `else-${n}`, kind: 'agent', ...told })).rejects.toMatchObject({
      code: 'forbidden',
      message: new RegExp(`${name} alone`),
    })
    expect(await registerOwnWorker(machine, { name, kind: 'agent', ...told })).toMatchObject({ name, owner: name })
    const { tokens } = await workerCredentials(admin, name)
    expect(tokens).toMatchObject([{ worker: name, createdBy: 'root' }])
    await endWorkerToken(admin, name, tokens[0]?.id ?? '')
    await expect(actorOfToken(farm.system, made.token)).rejects.toMatchObject({ code: 'unauthenticated' })
    const again = await enrolWorker(admin, { name, owner: null, endsAt: inAWeek() })
    farm.at(new Date(again.endsAt.getTime() + 1))
    await expect(actorOfToken(farm.system, again.token)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  it('gives no rights over the account that owns the worker', async () => {
    const { token } = await enrolWorker(owner, { name: worker.name, owner: null, endsAt: inAWeek() })
    const machine = farm.as(await actorOfToken(farm.system, token))
    await expect(configureWorker(machine, worker.name, { cordoned: null })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(workerCredentials(machine, worker.name)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(enrolWorker(machine, { name: worker.name, owner: null, endsAt: inAWeek() })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })
  it('is for those who may make workers, and for owners of what they own', async () => {
    const viewer = await farm.account(`viewer-${n}`, 'viewer')
    const enrol = (ctx: Context, name: string, of: string | null = null) =>
      enrolWorker(ctx, { name, owner: of, endsAt: inAWeek() })
    await expect(enrol(viewer, `mine-${n}`)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(enrol(viewer, worker.name)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(enrol(viewer, `mine-${n}`, owner.actor.username)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await enrol(owner, `second-${n}`, owner.actor.username)).toMatchObject({ owner: owner.actor.username })
    const scope = { workers: { read: true, update: true, create: true } }
    const operator = farm.as({ ...viewer.actor, role: CUSTOM_ROLE, scope })
    expect(await enrol(operator, `ops-${n}`)).toMatchObject({ owner: `ops-${n}` })
    await expect(enrol(operator, 'root')).rejects.toMatchObject({ code: 'conflict' })
    await expect(enrol(operator, `ops2-${n}`, 'root')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(enrolWorker(operator, { name: `late-${n}`, owner: null, endsAt: new Date(0) })).rejects.toMatchObject({
      code: 'invalid',
    })
  })
  it('tells a command that a shell reads as it is meant', () => {
    const command = agentCommand("https://farm.example.org/it's/", { worker: 'w-1', token: 'croft_x' })
    expect(command).toContain(`CROFT_URL='https://farm.example.org/it'\\''s' CROFT_AGENT_NAME='w-1'`)
    expect(command).toContain(`'https://farm.example.org/it'\\''s/api/farm/agent'`)
  })
})

describe('the list of workers', () => {
  it('filters, counts, sorts and pages by key, and tells what each ended', async () => {
    await farm.worker(owner.actor.accountId, { name: `b-${n}`, platforms: { youtube: 1 }, version: '2' })
    await farm.worker(owner.actor.accountId, { name: `a-${n}`, taskTypes: ['zimit'] })
    await configureWorker(admin, `a-${n}`, { cordoned: { reason: 'x', until: null, drain: false } })
    const stat = { span: 'day', scope: 'worker', at: new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000) }
    const of = async (name: string) => (await getWorker(admin, name)).id
    await farm.system.db.stat.create({ data: { ...stat, subject: await of(`b-${n}`), succeeded: 1, failed: 3 } })
    await farm.system.db.stat.create({ data: { ...stat, subject: await of(`a-${n}`), succeeded: 3, failed: 1 } })
    const mine = { owner: owner.actor.username, limit: 50 }
    const names = async (search: object) =>
      (await listWorkers(admin, { ...mine, ...search })).items.map((one) => one.name)
    expect(await names({})).toEqual([`a-${n}`, `b-${n}`, worker.name])
    expect(await names({ sort: 'success' })).toEqual([`a-${n}`, `b-${n}`, worker.name])
    expect(await names({ sort: 'success', order: 'asc' })).toEqual([`b-${n}`, `a-${n}`, worker.name])
    expect(await names({ standing: ['held'] })).toEqual([`a-${n}`])
    expect(await names({ platform: 'youtube' })).toEqual([`b-${n}`])
    expect(await names({ version: '2', q: 'B-' })).toEqual([`b-${n}`])
    expect(await names({ q: '%' })).toEqual([])
    for (const sort of ['name', 'seen', 'running', 'success', 'load'] as const) {
      const paged: string[] = []
      let after: string | undefined
      do {
        const page = await listWorkers(admin, { ...mine, sort, limit: 1, after })
        paged.push(...page.items.map((one) => one.name))
        after = page.next ?? undefined
      } while (after !== undefined && paged.length < 9)
      expect(paged.toSorted()).toEqual([`a-${n}`, `b-${n}`, worker.name])
    }
    expect((await workerCounts(admin)).held).toBeGreaterThanOrEqual(1)
    await expect(listWorkers(admin, { ...mine, after: 'WyJ4Il0' })).rejects.toMatchObject({ code: 'invalid' })
  })
})

describe('what a worker has run', () => {
  it('stays when the task goes, and tells of runs that went back to the queue', async () => {
    const id = await task()
    const from = new Date(Date.now() - 60_000)
    const first = await claimTask(farm.system, worker, id)
    if (first === null) throw new Error('not taken')
    await reportOutcome(owner, { ...first, outcome: 'interrupted', reasonText: 'stop' })
    const second = await claimTask(farm.system, worker, id)
    if (second === null) throw new Error('not taken')
    const to = new Date(Date.now() + 60_000)
    const runs = async () => (await timeline(admin, { from, to, worker: worker.name }))[0]?.runs ?? []
    expect((await runs()).map((run) => [run.outcome, run.attempt, run.name])).toEqual([
      [null, 1, `work-${n}`],
      ['requested', 1, `work-${n}`],
    ])
    await reportStart(owner, second)
    await reportOutcome(owner, { ...second, outcome: 'failed', reasonCode: 'oom', reasonText: '', exitCode: 137 })
    expect((await runs())[0]).toMatchObject({ outcome: 'failed', reasonCode: 'oom' })
    await farm.system.db.schedule.updateMany({ data: { lastTaskId: null } })
    await farm.system.db.task.delete({ where: { id } })
    expect((await runs()).map((run) => [run.outcome, run.name])).toEqual([
      ['failed', null],
      ['requested', null],
    ])
    await expect(timeline(admin, { from: to, to: from, worker: worker.name })).rejects.toMatchObject({
      code: 'invalid',
    })
  })
})
