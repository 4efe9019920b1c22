import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import type { Context } from '../context'
import { seen } from '../workers/poll'
import { cancelTask } from './cancel'
import { cancelGone } from './cancel-gone'
import { expireLeases } from './expire-leases'
import { remoteReport, type RemoteReport } from './remote-report'
import { requestTasks } from './request'
import { claimTask } from './take'

let farm: TestFarm
let owner: Context
let worker: { id: string; kind: string }
let taskId = ''
const START = new Date('2026-03-01T00:00:00Z')
const minutes = (n: number) => farm.at(new Date(START.getTime() + n * 60_000))
const on = () => Promise.resolve(true)
const tell = (report: RemoteReport) => remoteReport(owner, taskId, report)
const poll = () => seen(owner, worker.id, null)
const task = () => farm.system.db.task.findUniqueOrThrow({ where: { id: taskId } })
const durations = () => farm.system.db.scheduleDuration.findMany({ where: { workerId: worker.id } })
/** The worker polls every three minutes, and a dispatcher sweeps, until then. */
async function polling(from: number, to: number) {
  for (let at = from; at <= to; at += 3) {
    minutes(at)
    await poll()
    await expireLeases(farm.system)
  }
}

beforeAll(async () => {
  farm = await testFarm()
  const account = await farm.account('owner', 'worker')
  owner = account
  worker = await farm.worker(account.actor.accountId, { kind: 'zimfarm' })
})
afterAll(() => farm.close())
beforeEach(async () => {
  minutes(0)
  await farm.schedule({ name: 'book', notification: { ended: { webhook: ['https://example.org/hook'] } } })
  const { requested } = await requestTasks(farm.system, { schedules: ['book'] })
  taskId = requested[0]?.id ?? ''
  if ((await claimTask(owner, worker, taskId)) === null) throw new Error('not taken')
})
afterEach(async () => {
  await farm.system.db.worker.update({
    where: { id: worker.id },
    data: { reservedCpu: 0, reservedMemory: 0, reservedDisk: 0 },
  })
  await farm.system.db.notice.deleteMany()
  await farm.system.db.schedule.deleteMany()
})

describe('a task of a Zimfarm worker that polls on and on', () => {
  it('goes back after 30 minutes when it was never started, and when its program never was', async () => {
    await polling(0, 27)
    expect((await task()).status).toBe('reserved')
    await polling(30, 33)
    expect(await task()).toMatchObject({ status: 'requested', workerId: null })
    expect(await claimTask(owner, worker, taskId)).not.toBeNull()
    await tell({ kind: 'start' })
    await polling(36, 60)
    expect((await task()).status).toBe('started')
    await polling(63, 66)
    expect((await task()).status).toBe('requested')
  })
  it('runs for more than a day as long as its program is told of', async () => {
    await tell({ kind: 'stage', stage: 'running' })
    for (let hour = 1; hour <= 30; hour++) {
      minutes(hour * 60 - 5)
      await tell({ kind: 'output', output: {} })
      minutes(hour * 60)
      await poll()
      await cancelGone(farm.system, on)
      await expireLeases(farm.system)
    }
    expect(await task()).toMatchObject({ status: 'started', cancelRequestedAt: null })
  })
  it('is canceled half an hour after that was wished, whatever the worker still tells, and people are told', async () => {
    await tell({ kind: 'stage', stage: 'running' })
    minutes(10)
    await cancelTask(farm.system, taskId)
    for (const at of [15, 25, 35]) {
      minutes(at)
      await tell({ kind: 'output', output: {} })
      await poll()
      await expireLeases(farm.system)
      expect((await task()).status).toBe('started')
    }
    minutes(40)
    await expireLeases(farm.system)
    expect(await task()).toMatchObject({ status: 'canceled', canceledBy: 'croft' })
    expect(await farm.system.db.notice.count({ where: { taskId, occasion: 'ended' } })).toBe(1)
  })
  it('is asked to be canceled after an hour without a word of it, and ends half an hour later', async () => {
    await tell({ kind: 'stage', stage: 'running' })
    await polling(3, 57)
    expect(await cancelGone(farm.system, on)).toEqual({ canceled: 0 })
    await polling(60, 63)
    expect(await cancelGone(farm.system, on)).toEqual({ canceled: 1 })
    expect(await cancelGone(farm.system, on)).toEqual({ canceled: 0 })
    expect(await task()).toMatchObject({ status: 'started', canceledBy: 'periodic-task-gone' })
    await polling(66, 96)
    expect(await task()).toMatchObject({ status: 'canceled', canceledBy: 'periodic-task-gone' })
  })
  it('is left to its lease when the worker itself is silent', async () => {
    await tell({ kind: 'stage', stage: 'running' })
    await poll()
    minutes(90)
    expect(await cancelGone(farm.system, on)).toEqual({ canceled: 0 })
    minutes(25 * 60)
    await expireLeases(farm.system)
    expect((await task()).status).toBe('requested')
  })
})

describe('a task whose program has ended, and of which nothing is told for a day', () => {
  it.each([
    [0, { status: 'succeeded', reasonCode: null }],
    [7, { status: 'failed', reasonCode: 'exit_code' }],
    [null, { status: 'failed', reasonCode: 'worker_lost' }],
  ])('ends by its exit code %s, and people are told', async (exitCode, end) => {
    await tell({ kind: 'stage', stage: 'running' })
    minutes(60)
    await tell({ kind: 'stage', stage: 'uploading', exitCode })
    await polling(24 * 60 - 60, 25 * 60 - 3)
    expect((await task()).status).toBe('started')
    await polling(25 * 60, 25 * 60 + 3)
    expect(await task()).toMatchObject(end)
    expect(await farm.system.db.notice.count({ where: { taskId, occasion: 'ended' } })).toBe(1)
    const schedule = await farm.system.db.schedule.findUniqueOrThrow({ where: { name: 'book' } })
    expect(schedule.failedInRow).toBe(exitCode === 0 ? 0 : 1)
    expect((await durations()).map((one) => one.seconds)).toEqual(exitCode === 0 ? [3600] : [])
  })
})

describe('how long the work takes', () => {
  const work = async (from: number, seconds: number, exitCode: number, then: 'succeeded' | 'failed') => {
    minutes(from)
    await tell({ kind: 'start' })
    await tell({ kind: 'stage', stage: 'running' })
    farm.at(new Date(START.getTime() + from * 60_000 + seconds * 1000))
    await tell({ kind: 'stage', stage: 'uploading', exitCode })
    minutes(from + 100)
    if (then === 'succeeded') await tell({ kind: 'succeeded' })
    else await tell({ kind: 'failed', reasonCode: 'upload_failed', reasonText: '' })
  }
  const again = async () => {
    const { requested } = await requestTasks(farm.system, { schedules: ['book'] })
    taskId = requested[0]?.id ?? ''
    if ((await claimTask(owner, worker, taskId)) === null) throw new Error('not taken')
  }
  it('is from the start to the end of the program with exit code 0, whatever came of the task; the latest counts', async () => {
    expect((await task()).expectedSeconds).toBe(2_678_400)
    await work(0, 90.9, 0, 'failed')
    expect((await durations()).map((one) => one.seconds)).toEqual([90])
    await again()
    expect((await task()).expectedSeconds).toBe(90)
    await work(200, 30, 1, 'succeeded')
    expect((await durations()).map((one) => one.seconds)).toEqual([90])
    await again()
    await work(400, 30, 0, 'succeeded')
    expect((await durations()).map((one) => one.seconds)).toEqual([30])
  })
  it('is expected as on the worker that takes it, else as last measured anywhere', async () => {
    const other = await farm.worker((await farm.account('other', 'worker')).actor.accountId, { name: 'other' })
    await work(0, 60, 0, 'succeeded')
    const { id } = await farm.system.db.schedule.findUniqueOrThrow({ where: { name: 'book' } })
    await farm.system.db.scheduleDuration.create({
      data: { scheduleId: id, workerId: other.id, seconds: 500, measuredAt: new Date(START.getTime() + 9e6) },
    })
    const { requested } = await requestTasks(farm.system, { schedules: ['book'] })
    taskId = requested[0]?.id ?? ''
    expect((await task()).expectedSeconds).toBe(500)
    await claimTask(owner, worker, taskId)
    expect((await task()).expectedSeconds).toBe(60)
  })
})
