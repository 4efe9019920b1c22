import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { COOL_DOWN_SECONDS } from '#lib/core/breaker'
import type { ReasonCode } from '#lib/core/task'
import { SCHEDULE, testFarm, type TestFarm } from '#lib/testing/farm'
import { listBreakers } from '../breakers/list'
import { resetBreaker } from '../breakers/reset'
import type { Context } from '../context'
import { listLimits, removeLimit, setLimit } from '../limits/limits'
import { addPause } from '../pauses/add'
import { endPause } from '../pauses/end'
import { listPauses } from '../pauses/list'
import { configureWorker } from '../workers/configure'
import { reportOutcome, reportStart } from './report'
import { requestTasks } from './request'
import { claimTask, takeNext } from './take'

const GIB = 1024 ** 3
let farm: TestFarm
let agent: Awaited<ReturnType<TestFarm['account']>>
let worker: { id: string; kind: string }
let admin: Context
let number = 0
beforeAll(async () => {
  farm = await testFarm({ PLATFORM_wikimedia_MAX_TASKS_PER_WORKER: '9' })
  agent = await farm.account('agent', 'worker')
  admin = await farm.account('ann', 'admin')
  worker = await farm.worker(agent.actor.accountId, { resources: { cpu: 100, memory: 100 * GIB, disk: 100 * GIB } })
})
afterAll(() => farm.close())
beforeEach(async () => {
  await farm.system.db.task.deleteMany()
  await farm.system.db.breaker.deleteMany()
  await farm.system.db.pause.deleteMany()
  await farm.system.db.runLimit.deleteMany()
  farm.at(null)
  await farm.system.db.worker.updateMany({ data: { reservedCpu: 0, reservedMemory: 0, reservedDisk: 0 } })
})

async function requested(change = {}, request = {}) {
  const name = `schedule-${++number}`
  await farm.schedule({ name, ...change })
  const { requested } = await requestTasks(farm.system, { schedules: [name], ...request })
  return { id: requested[0]?.id ?? '', name }
}
const at = (source: string) => ({ config: { ...SCHEDULE.config, params: { ...SCHEDULE.config.params, source } } })
const taken = async () => (await takeNext(agent, worker.id))?.taskId ?? null
const kinds = async () =>
  (await farm.system.db.event.findMany({ orderBy: { id: 'desc' }, take: 10 })).map((event) => event.kind)
async function ended(outcome: 'succeeded' | ReasonCode, by = worker, config = {}) {
  const { id } = await requested(config)
  const lease = await claimTask(agent, by, id)
  if (lease === null) throw new Error('not taken')
  await reportStart(agent, lease)
  const how =
    outcome === 'succeeded'
      ? ({ outcome } as const)
      : ({ outcome: 'failed', reasonCode: outcome, reasonText: 'as told' } as const)
  await reportOutcome(farm.system, { ...lease, ...how, exitCode: null })
  return id
}

describe('a pause', () => {
  it.each([
    ['farm', ''],
    ['task_type', 'zimwriterfs'],
    ['platform', 'wikimedia'],
    ['host', 'example.org'],
    ['schedule', null],
    ['worker', 'worker-1'],
  ] as const)('of the %s keeps its tasks waiting until it is ended', async (scope, subject) => {
    const { id, name } = await requested({ platform: 'wikimedia' })
    const pause = await addPause(admin, { scope, subject: subject ?? name, reason: 'broken', until: null })
    expect(pause).toMatchObject({ scope, author: 'ann', reason: 'broken' })
    expect(await listPauses(farm.system)).toContainEqual(pause)
    expect(await taken()).toBeNull()
    await expect(claimTask(agent, worker, id)).rejects.toMatchObject({ code: 'conflict' })
    await endPause(admin, pause.id)
    expect(await kinds()).toEqual(expect.arrayContaining(['pause.ended', 'pause.added']))
    await expect(endPause(admin, pause.id)).rejects.toMatchObject({ code: 'not_found' })
    expect(await taken()).toBe(id)
  })
  it('ends by itself', async () => {
    const { id } = await requested()
    const start = new Date()
    const until = new Date(start.getTime() + 60_000)
    const pause = await addPause(admin, { scope: 'farm', subject: '', reason: 'update', until })
    expect(await taken()).toBeNull()
    farm.at(until)
    expect(await listPauses(farm.system)).toEqual([])
    await expect(endPause(admin, pause.id)).rejects.toMatchObject({ code: 'not_found' })
    expect(await taken()).toBe(id)
    farm.at(null)
  })
  it('of schedules hides none of the others, however many of them go first', async () => {
    const paused = await Promise.all(Array.from({ length: 12 }, () => requested({}, { priority: 9 })))
    for (const { name } of paused)
      await addPause(admin, { scope: 'schedule', subject: name, reason: 'broken', until: null })
    expect(await taken()).toBeNull()
    const { id } = await requested()
    expect(await taken()).toBe(id)
  })
  it('leaves alone what it does not name', async () => {
    const { id } = await requested()
    const pause = await addPause(admin, { scope: 'host', subject: 'other.example', reason: 'broken', until: null })
    expect(await taken()).toBe(id)
    await endPause(admin, pause.id)
  })
  it('is refused to those without the right, for what is not there, and when it would be over', async () => {
    const editor = await farm.account('eve', 'editor')
    const input = { scope: 'farm', subject: '', reason: 'x', until: null } as const
    await expect(addPause(editor, input)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(addPause(admin, { ...input, until: new Date(0) })).rejects.toMatchObject({ code: 'invalid' })
    await expect(addPause(admin, { ...input, subject: 'x' })).rejects.toMatchObject({ code: 'invalid' })
    for (const scope of ['worker', 'schedule', 'task_type'] as const) {
      await expect(addPause(admin, { ...input, scope, subject: 'none' })).rejects.toMatchObject({ code: 'not_found' })
      await expect(addPause(admin, { ...input, scope })).rejects.toMatchObject({ code: 'invalid' })
    }
    const { name } = await requested()
    const pause = await addPause(editor, { ...input, scope: 'schedule', subject: name })
    await endPause(editor, pause.id)
  })
})

describe('a limit', () => {
  it.each([
    ['platform', 'wikimedia', { platform: 'wikimedia' }],
    ['host', 'example.org', {}],
    ['host', '*', {}],
  ] as const)('of a %s (%s) is kept by many takes at once', async (kind, subject, change) => {
    await setLimit(admin, { kind, subject, total: 2, perWorker: null })
    const tasks = await Promise.all(Array.from({ length: 6 }, () => requested(change)))
    const takes = await Promise.allSettled(tasks.map(({ id }) => claimTask(agent, worker, id)))
    expect(takes.filter((take) => take.status === 'fulfilled')).toHaveLength(2)
    expect(await taken()).toBeNull()
    await removeLimit(admin, { kind, subject })
    expect(await taken()).not.toBeNull()
  })
  it('of a web site hides none of the tasks of other sites, however many of its own go first', async () => {
    await setLimit(admin, { kind: 'host', subject: '*', total: 0, perWorker: null })
    await setLimit(admin, { kind: 'host', subject: 'open.example', total: 1, perWorker: null })
    for (let n = 0; n < 40; n++) await requested(at(`https://full-${n % 3}.example/docs.zip`), { priority: 9 })
    expect(await taken()).toBeNull()
    const { id } = await requested(at('https://open.example/docs.zip'))
    expect(await taken()).toBe(id)
    for (const subject of ['*', 'open.example']) await removeLimit(admin, { kind: 'host', subject })
  })
  it('of an administrator comes over the environment’s, until it is lifted', async () => {
    const shown = async () => (await listLimits(farm.system)).map((limit) => ({ ...limit, updatedAt: null }))
    const given = { kind: 'platform', subject: 'wikimedia', total: null, perWorker: 9, author: null, updatedAt: null }
    expect(await shown()).toEqual([given])
    await setLimit(admin, { kind: 'platform', subject: 'wikimedia', total: null, perWorker: 0 })
    expect(await shown()).toEqual([{ ...given, perWorker: 0, author: 'ann' }])
    const { id } = await requested({ platform: 'wikimedia' })
    expect(await taken()).toBeNull()
    await removeLimit(admin, { kind: 'platform', subject: 'wikimedia' })
    expect(await shown()).toEqual([given])
    expect(await taken()).toBe(id)
  })
  it('is refused to those without the right, without a figure, and when there is none to lift', async () => {
    const limit = { kind: 'host', subject: 'a.example', total: 1, perWorker: null } as const
    await expect(setLimit(agent, limit)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(setLimit(admin, { ...limit, total: null })).rejects.toMatchObject({ code: 'invalid' })
    await expect(removeLimit(admin, { kind: 'host', subject: 'a.example' })).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})

describe('a worker', () => {
  it('out of service takes nothing until it is back', async () => {
    const { id } = await requested()
    const out = await configureWorker(admin, 'worker-1', { disabled: { reason: 'disk is dying' } })
    expect(out.disabled).toMatchObject({ by: 'ann', reason: 'disk is dying' })
    expect(await taken()).toBeNull()
    await expect(claimTask(agent, worker, id)).rejects.toThrow('out of service')
    expect((await configureWorker(admin, 'worker-1', { disabled: null })).disabled).toBeNull()
    expect(await taken()).toBe(id)
    expect(await kinds()).toEqual(expect.arrayContaining(['worker.enabled', 'worker.disabled']))
  })
  it('takes a task of a context only if it has it, from its address', async () => {
    const { id } = await requested({ context: 'wikimedia' })
    expect(await taken()).toBeNull()
    const withAddress = await configureWorker(admin, 'worker-1', { contexts: { wikimedia: '192.0.2.7' } })
    expect(withAddress.contexts).toEqual(['wikimedia'])
    expect(await taken()).toBeNull()
    await farm.system.db.worker.updateMany({ where: { id: worker.id }, data: { lastIp: '192.0.2.7' } })
    expect(await taken()).toBe(id)
    await configureWorker(admin, 'worker-1', { contexts: {} })
  })
  it('is changed by administrators alone', async () => {
    await expect(configureWorker(agent, 'worker-1', { disabled: null })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(configureWorker(admin, 'nobody', { disabled: null })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a breaker', () => {
  const minutes = (n: number) => new Date(Date.now() + n * 60_000)
  const config = {
    params: {
      source: 'https://example.org/docs.zip',
      name: 'docs_en',
      title: 'Docs',
      description: 'The docs',
      language: 'eng',
      creator: 'Us',
    },
    image: { name: 'openzim/zimwriterfs', tag: '1' },
    warehousePath: '/other',
    monitor: false,
  }
  it('opens after five failures in a row, tries one task after a while, and closes with its success', async () => {
    for (let n = 0; n < 4; n++) await ended('exit_code', worker, { config })
    expect(await listBreakers(farm.system)).toEqual([])
    const last = await ended('exit_code', worker, { config })
    const open = await listBreakers(farm.system)
    expect(open.map(({ kind, subject }) => [kind, subject]).sort()).toEqual([
      ['image', 'ghcr.io/openzim/zimwriterfs:1'],
      ['worker', 'worker-1'],
    ])
    expect(open[0]).toMatchObject({ failures: 5, lastTaskId: last, lastReasonCode: 'exit_code', probe: null })
    expect(await kinds()).toContain('breaker.opened')
    const first = await requested({ config })
    const second = await requested({ config })
    expect(await taken()).toBeNull()

    farm.at(minutes(COOL_DOWN_SECONDS / 60 + 1))
    const probe = await takeNext(agent, worker.id)
    expect([first.id, second.id]).toContain(probe?.taskId)
    expect(await taken()).toBeNull()
    expect((await listBreakers(farm.system))[0]?.probe).toBe(probe?.taskId)
    if (probe === null) throw new Error('nothing tries')
    await reportStart(agent, probe)
    await reportOutcome(agent, { ...probe, outcome: 'succeeded', exitCode: 0 })
    expect(await listBreakers(farm.system)).toEqual([])
    expect(await kinds()).toContain('breaker.closed')
    expect(await taken()).not.toBeNull()
    farm.at(null)
  })
  it('lets one of many takes at once try', async () => {
    for (let n = 0; n < 5; n++) await ended('agent_error')
    const tasks = await Promise.all(Array.from({ length: 5 }, () => requested()))
    farm.at(minutes(COOL_DOWN_SECONDS / 60 + 1))
    const takes = await Promise.allSettled(tasks.map(({ id }) => claimTask(agent, worker, id)))
    expect(takes.filter((take) => take.status === 'fulfilled')).toHaveLength(1)
    farm.at(null)
  })
  it('waits twice as long when the try fails', async () => {
    for (let n = 0; n < 5; n++) await ended('agent_error')
    const at = minutes(COOL_DOWN_SECONDS / 60 + 1)
    farm.at(at)
    await ended('agent_error')
    const [breaker] = await listBreakers(farm.system)
    expect(breaker?.retryAt.getTime()).toBe(at.getTime() + 2 * COOL_DOWN_SECONDS * 1000)
    expect(await kinds()).toContain('breaker.stays_open')
    farm.at(null)
  })
  it('does not open for bad input, nor when a success comes between', async () => {
    for (let n = 0; n < 8; n++) await ended('bad_input')
    for (let n = 0; n < 4; n++) await ended('agent_error')
    await ended('succeeded')
    for (let n = 0; n < 4; n++) await ended('agent_error')
    expect(await listBreakers(farm.system)).toEqual([])
  })
  it('leaves the other workers alone when one fails', async () => {
    const other = await farm.worker(agent.actor.accountId, { name: 'worker-2' })
    for (let n = 0; n < 6; n++) await ended('agent_error', n < 5 ? worker : other)
    expect((await listBreakers(farm.system)).map(({ subject }) => subject)).toEqual(['worker-1'])
    const { id } = await requested()
    expect(await taken()).toBeNull()
    expect((await takeNext(agent, other.id))?.taskId).toBe(id)
    await farm.system.db.worker.updateMany({ where: { id: other.id }, data: { deletedAt: new Date() } })
  })
  it('is closed by hand, by administrators', async () => {
    for (let n = 0; n < 5; n++) await ended('agent_error')
    const { id } = await requested()
    const which = { kind: 'worker', subject: 'worker-1' } as const
    await expect(resetBreaker(agent, which)).rejects.toMatchObject({ code: 'forbidden' })
    await resetBreaker(admin, which)
    await expect(resetBreaker(admin, which)).rejects.toMatchObject({ code: 'not_found' })
    expect(await kinds()).toContain('breaker.reset')
    expect(await taken()).toBe(id)
  })
})

describe('a big task', () => {
  const all = { cpu: 100, memory: GIB, disk: GIB }
  it('has its place on one worker; what ends before it goes first, what does not waits or goes elsewhere', async () => {
    const other = await farm.worker(agent.actor.accountId, {
      name: 'worker-3',
      resources: { cpu: 50, memory: 9 * GIB, disk: 9 * GIB },
    })
    const holding = await requested({ resources: { ...all, cpu: 99 } })
    const lease = await claimTask(agent, worker, holding.id)
    const big = await requested({ resources: all }, { priority: 5 })
    const small = await requested()
    await farm.system.db.task.updateMany({ where: { id: small.id }, data: { expectedSeconds: 5_000_000 } })
    expect(await taken()).toBeNull()
    const [slot] = await farm.system.db.slot.findMany()
    expect(slot).toMatchObject({ taskId: big.id, workerId: worker.id })
    expect((await takeNext(agent, other.id))?.taskId).toBe(small.id)
    const quick = await requested()
    await farm.system.db.task.updateMany({ where: { id: quick.id }, data: { expectedSeconds: 60 } })
    expect(await taken()).toBe(quick.id)
    if (lease === null) throw new Error('not taken')
    await reportStart(agent, lease)
    await reportOutcome(agent, { ...lease, outcome: 'succeeded', exitCode: 0 })
    await farm.system.db.task.updateMany({
      where: { id: quick.id },
      data: { status: 'canceled', endedAt: new Date(), leaseExpiresAt: null },
    })
    await farm.system.db.worker.updateMany({
      where: { id: worker.id },
      data: { reservedCpu: 0, reservedMemory: 0, reservedDisk: 0 },
    })
    expect(await taken()).toBe(big.id)
    await taken()
    expect(await farm.system.db.slot.count({ where: { task: { status: 'requested' } } })).toBe(0)
  })
})
