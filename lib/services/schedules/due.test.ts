import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { dueAt } from '#lib/core/period'
import { PERIOD_FROM, PERIODICITIES } from '#lib/core/schedule'
import { TASK_STATUSES } from '#lib/core/task'
import type { Prisma } from '#lib/db/client'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import type { Context } from '../context'
import { openRuntime, type Runtime } from '../runtime'
import { reportOutcome, reportStart } from '../tasks/report'
import { requestTasks } from '../tasks/request'
import { claimTask } from '../tasks/take'
import { listSchedules } from './list'
import { requestDue } from './request-due'
import { STANDING, standingOf } from './standing'
import { updateSchedule } from './update'

let farm: TestFarm
let other: Runtime
let second: Context
const on = () => Promise.resolve(true)
const DAY = 86_400_000
const NOW = new Date('2026-06-01T12:00:00Z')

beforeAll(async () => {
  farm = await testFarm({ GLOBAL_NOTIFICATION_requested: 'webhook,https://example.org/all' })
  other = openRuntime(farm.runtime.env, 'other')
  second = { ...farm.system, ...other.context, now: farm.system.now }
})
afterAll(async () => {
  await other.close()
  await farm.close()
})
afterEach(async () => {
  farm.at(null)
  await farm.system.db.schedule.deleteMany()
})
const waiting = (name: string) =>
  farm.system.db.task.findMany({ where: { scheduleName: name, status: 'requested', schedule: { name } } })
const standings = () => farm.system.db.schedule.findMany({ include: STANDING })

it('requests exactly those that dueAt says, whatever their standing', async () => {
  farm.at(NOW)
  const worker = await farm.worker((await farm.account('walker', 'worker')).actor.accountId, { name: 'walker' })
  const ago = (days: number) => new Date(NOW.getTime() - days * DAY)
  const { db } = farm.system
  const { id: pattern } = await farm.schedule({ name: 'pattern' })
  const like = await db.schedule.findUniqueOrThrow({ where: { id: pattern } })
  const schedules: Prisma.ScheduleCreateManyInput[] = []
  const tasks: Prisma.TaskCreateManyInput[] = []
  for (const periodicity of PERIODICITIES) {
    for (const periodFrom of PERIOD_FROM) {
      for (const status of [null, ...TASK_STATUSES]) {
        for (const days of [30, 32, 400]) {
          const n = schedules.length
          const id = randomUUID()
          schedules.push({
            ...like,
            id,
            name: `s-${n}`,
            config: like.config as object,
            invalid: undefined,
            notification: undefined,
            periodicity,
            periodFrom,
            enabled: n % 7 !== 0,
            lastSuccessAt: n % 4 === 0 ? null : ago(days),
            failedInRow: n % 5,
            archivedAt: n % 11 === 0 ? NOW : null,
          })
          if (status === null) continue
          const final = status === 'succeeded' || status === 'failed' || status === 'canceled'
          const held = status === 'reserved' || status === 'started'
          tasks.push({
            status,
            taskTypeId: 'zimwriterfs',
            scheduleId: id,
            scheduleName: `s-${n}`,
            priority: 0,
            requestedBy: 'test',
            config: {},
            cpu: 1,
            memory: 1,
            disk: 1,
            expectedSeconds: 1,
            requestedAt: ago(days),
            updatedAt: ago(days),
            startedAt: n % 3 === 0 ? null : ago(days),
            endedAt: final ? ago(n % 2 === 0 ? days : 0.1) : null,
            reasonCode: status === 'failed' ? 'oom' : null,
            ...(held && { workerId: worker.id, leaseExpiresAt: NOW }),
          })
        }
      }
    }
  }
  await db.schedule.createMany({ data: schedules })
  await db.task.createMany({ data: tasks })
  await db.$executeRaw`UPDATE schedule SET last_task_id = task.id FROM task WHERE task.schedule_id = schedule.id`
  const due = (await standings()).flatMap((row) => ((dueAt(standingOf(row)) ?? Infinity) <= NOW ? [row.name] : []))
  expect(due.length).toBeGreaterThan(20)
  expect(await requestDue(farm.system, on)).toEqual({ requested: due.length, broken: 0 })
  const asked = await db.task.findMany({ where: { requestedBy: 'period-scheduler' } })
  expect(asked.map((task) => task.scheduleName).sort()).toEqual(due.sort())
  expect(asked.every((task) => task.priority === 0 && task.pinnedWorkerId === null)).toBe(true)
  expect(await requestDue(farm.system, on)).toEqual({ requested: 0, broken: 0 })
})

it('requests each once when two dispatchers do it at the same moment, and tells nobody', async () => {
  for (let n = 0; n < 20; n++) await farm.schedule({ name: `both-${n}`, periodicity: 'monthly' })
  const done = await Promise.all([farm.system, second, farm.system, second].map((ctx) => requestDue(ctx, on)))
  expect(done.reduce((sum, { requested = 0 }) => sum + requested, 0)).toBe(20)
  const rows = await farm.system.db.task.groupBy({ by: ['scheduleId'], where: { status: 'requested' }, _count: true })
  expect(rows.filter((row) => row.scheduleId !== null).map((row) => row._count)).toEqual(Array(20).fill(1))
  expect(await farm.system.db.notice.count({ where: { occasion: 'requested' } })).toBe(0)
  const events = await farm.system.db.event.count({ where: { kind: 'task.requested', actor: 'period-scheduler' } })
  expect(events).toBeGreaterThanOrEqual(20)
})

it('goes on past schedules of which no task can be made, and past rows that the database refuses', async () => {
  for (const name of ['a-good', 'broken', 'cursed', 'z-good']) await farm.schedule({ name, periodicity: 'monthly' })
  const { db } = farm.system
  await db.schedule.update({ where: { name: 'broken' }, data: { definitionVersion: 'gone' } })
  await db.$executeRaw`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`
  await db.$executeRaw`
    CREATE TRIGGER refuse BEFORE INSERT ON task FOR EACH ROW WHEN (NEW.schedule_name = 'cursed') EXECUTE FUNCTION refuse()`
  expect(await requestDue(farm.system, on)).toEqual({ requested: 2, broken: 2 })
  expect(await waiting('a-good')).toHaveLength(1)
  expect(await waiting('z-good')).toHaveLength(1)
  await db.$executeRaw`DROP TRIGGER refuse ON task`
  expect(await requestDue(farm.system, on)).toEqual({ requested: 1, broken: 1 })
})

describe('after a task of it', () => {
  let agent: Awaited<ReturnType<TestFarm['account']>>
  let worker: Awaited<ReturnType<TestFarm['worker']>>
  beforeAll(async () => {
    agent = await farm.account('agent', 'worker')
    worker = await farm.worker(agent.actor.accountId)
  })
  const run = async (name: string, outcome: 'succeeded' | 'failed' | 'canceled') => {
    const lease = await claimTask(farm.system, worker, (await waiting(name))[0]?.id ?? '')
    if (lease === null) throw new Error('not taken')
    if (outcome === 'canceled') await reportOutcome(agent, { ...lease, outcome, reasonText: '' })
    else {
      await reportStart(agent, lease)
      if (outcome === 'succeeded') await reportOutcome(agent, { ...lease, outcome, exitCode: 0 })
      else await reportOutcome(agent, { ...lease, outcome, exitCode: 1, reasonCode: 'exit_code', reasonText: '' })
    }
  }
  const asked = async (name: string) => {
    await requestDue(farm.system, on)
    return (await waiting(name)).length
  }

  it('failed, one that counts from its start waits out its period; canceled before it started, it is asked again', async () => {
    farm.at(NOW)
    for (const name of ['fails', 'never-started']) await farm.schedule({ name, periodicity: 'monthly' })
    await requestDue(farm.system, on)
    await run('fails', 'failed')
    await run('never-started', 'canceled')
    farm.at(new Date(NOW.getTime() + 60_000))
    expect([await asked('fails'), await asked('never-started')]).toEqual([0, 1])
    farm.at(new Date(NOW.getTime() + 31 * DAY))
    expect(await asked('fails')).toBe(1)
  })
  it('failed, one that counts from its last success is asked again an hour later, and overdue until it succeeds', async () => {
    farm.at(NOW)
    await farm.schedule({ name: 'retried', periodicity: 'monthly', periodFrom: 'success' })
    const overdue = async () =>
      (await listSchedules(farm.system, { overdue: true, limit: 10 })).items.map((s) => s.name)
    await requestDue(farm.system, on)
    await run('retried', 'succeeded')
    expect(await overdue()).toEqual([])
    farm.at(new Date(NOW.getTime() + 32 * DAY))
    expect(await overdue()).toEqual(['retried'])
    expect(await asked('retried')).toBe(1)
    await run('retried', 'failed')
    expect(await asked('retried')).toBe(0)
    farm.at(new Date(NOW.getTime() + 32 * DAY + 3_600_000))
    expect(await asked('retried')).toBe(1)
    const [shown] = (await listSchedules(farm.system, { q: 'retried', limit: 1 })).items
    expect(shown).toMatchObject({ overdue: true, lastSuccessAt: NOW, nextAt: null, periodFrom: 'success' })
    await run('retried', 'succeeded')
    expect(await overdue()).toEqual([])
    await updateSchedule(farm.system, 'retried', { periodFrom: 'start' })
    expect(await asked('retried')).toBe(0)
  })
})

describe('the same schedule', () => {
  it('waits once, of many requests at the same moment by two processes', async () => {
    await farm.schedule({ name: 'wanted', periodicity: 'monthly' })
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        n % 3 === 0
          ? requestDue(second, on).then(() => null)
          : requestTasks(n % 2 === 0 ? farm.system : second, { schedules: ['wanted'] }),
      ),
    )
    expect(await waiting('wanted')).toHaveLength(1)
    const refused = answers.flatMap((answer) => answer?.refused ?? [])
    expect(refused.every(({ code }) => code === 'waiting')).toBe(true)
  })
  it('cannot wait twice in the database, but for a worker that is named and for a task that came back', async () => {
    await farm.schedule({ name: 'guarded' })
    await requestTasks(farm.system, { schedules: ['guarded'] })
    const [task] = await waiting('guarded')
    if (task === undefined) throw new Error('not requested')
    const { db } = farm.system
    const again = { ...task, id: undefined, config: {}, upload: {}, history: [], notification: undefined }
    const twin = { ...again, progress: undefined, result: undefined }
    await expect(db.task.create({ data: twin })).rejects.toMatchObject({ code: 'P2002' })
    const owner = await farm.account('owner', 'worker')
    const named = await farm.worker(owner.actor.accountId, { name: 'named' })
    await db.task.create({ data: { ...twin, pinnedWorkerId: named.id } })
    await expect(db.task.create({ data: { ...twin, pinnedWorkerId: named.id } })).rejects.toMatchObject({
      code: 'P2002',
    })
    await db.task.create({ data: { ...twin, fence: 1 } })
    expect(await waiting('guarded')).toHaveLength(3)
  })
})
