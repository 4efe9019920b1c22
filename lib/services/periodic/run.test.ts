import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { nextDue } from '#lib/core/periodic'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { periodicUntil } from '#worker/dispatcher/periodic'
import type { Context } from '../context'
import { metrics } from '../health/metrics'
import { openRuntime, type Runtime } from '../runtime'
import type { PeriodicJob } from './job'
import { JOBS } from './jobs'
import { listPeriodic } from './list'
import { claimJobs, runJob, type Jobs } from './run'

let farm: TestFarm
let other: Runtime
/** Two dispatchers, each with connections of its own, on one database. */
let dispatchers: [Context, Context]
let clock = new Date('2026-01-01T00:00:00Z')
const never = new AbortController().signal

beforeAll(async () => {
  farm = await testFarm()
  other = openRuntime(farm.runtime.env, 'other')
  const at = { now: () => clock }
  dispatchers = [
    { ...farm.system, ...at },
    { ...farm.system, ...other.context, ...at },
  ]
})
afterAll(async () => {
  await other.close()
  await farm.close()
})
beforeEach(async () => {
  await farm.system.db.periodicJob.deleteMany()
  clock = new Date('2026-01-01T00:00:00Z')
})
const pass = (seconds: number) => {
  clock = new Date(clock.getTime() + seconds * 1000)
}
const every = (everySeconds: number, run: PeriodicJob['run']): PeriodicJob => ({ everySeconds, about: 'a test', run })
const look = (ctx: Context, jobs: Jobs) =>
  claimJobs(ctx, jobs).then((claimed) =>
    Promise.all(claimed.map((one) => runJob(ctx, jobs[one.name] as PeriodicJob, one, never))),
  )

it('counts due times on a grid, and makes up for missed ones by one run', () => {
  expect(nextDue(0, 60, 0)).toBe(60_000)
  expect(nextDue(0, 60, 59_999)).toBe(60_000)
  expect(nextDue(0, 60, 3_600_001)).toBe(3_660_000)
  expect(nextDue(90_000, 60, 10)).toBe(90_000)
})

it('does each job once for each due time, however often two dispatchers look', async () => {
  const runs: Record<string, string[]> = { often: [], seldom: [] }
  const note = (name: string) => () => {
    runs[name]?.push(clock.toISOString())
    return Promise.resolve({ done: 1 })
  }
  const jobs = { often: every(60, note('often')), seldom: every(300, note('seldom')) }
  for (let minute = 0; minute < 10; minute++) {
    await Promise.all([...dispatchers, ...dispatchers, ...dispatchers].map((ctx) => look(ctx, jobs)))
    pass(60)
  }
  expect(runs.often).toHaveLength(10)
  expect(new Set(runs.often).size).toBe(10)
  expect(runs.seldom).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-01T00:05:00.000Z'])
})

it('is taken over when its dispatcher dies in the middle, and the dead one changes nothing when it wakes', async () => {
  const [first, second] = dispatchers
  let batches = 0
  const jobs = {
    work: every(60, async (_, goOn) => {
      while ((await goOn()) && batches < 5) batches += 1
      return { batches }
    }),
  }
  const [dead] = await claimJobs(first, jobs)
  expect(await claimJobs(second, jobs)).toEqual([])
  pass(59)
  expect(await claimJobs(second, jobs)).toEqual([])
  pass(2)
  await look(second, jobs)
  expect(batches).toBe(5)
  const before = await first.db.periodicJob.findUnique({ where: { name: 'work' } })
  if (dead === undefined) throw new Error('not claimed')
  batches = 0
  await runJob(first, jobs.work, dead, never)
  expect(batches).toBe(0)
  expect(await first.db.periodicJob.findUnique({ where: { name: 'work' } })).toEqual(before)
  expect(before).toMatchObject({ runs: 1, did: { batches: 5 }, nextAt: new Date('2026-01-01T00:02:00Z') })
})

it('keeps a long run as long as it gives signs of life', async () => {
  const [first, second] = dispatchers
  const jobs = {
    long: every(60, async (_, goOn) => {
      let batches = 0
      for (; batches < 5 && (await goOn()); batches++) {
        pass(50)
        expect(await claimJobs(second, jobs)).toEqual([])
      }
      return { batches }
    }),
  }
  await look(first, jobs)
  expect((await listed('long')).did).toEqual({ batches: 5 })
})

it('leaves the rest of a run that was cut off to the next look of anybody', async () => {
  const [first, second] = dispatchers
  const stopping = new AbortController()
  let left = 3
  const jobs = {
    rest: every(3600, async (_, goOn) => {
      let done = 0
      for (; left > 0 && (await goOn()); left--, done++) if (left === 2) stopping.abort()
      return { done }
    }),
  }
  const [claimed] = await claimJobs(first, jobs)
  if (claimed === undefined) throw new Error('not claimed')
  await runJob(first, jobs.rest, claimed, stopping.signal)
  expect(left).toBe(1)
  await look(second, jobs)
  expect(left).toBe(0)
  await look(second, jobs)
  expect(await listed('rest')).toMatchObject({ runs: 2, did: { done: 1 }, nextAt: new Date('2026-01-01T01:00:00Z') })
})

it('notes why a run failed, does not hold up others, and tries again at the next due time', async () => {
  const [first] = dispatchers
  let broken = true
  const jobs = {
    breaks: every(60, () => (broken ? Promise.reject(new Error('the disk is full')) : Promise.resolve({ done: 1 }))),
    works: every(60, () => Promise.resolve({ done: 1 })),
  }
  await look(first, jobs)
  expect(await listed('breaks')).toMatchObject({ failures: 1, error: 'the disk is full', holder: null })
  expect(await listed('works')).toMatchObject({ runs: 1, error: null })
  broken = false
  await look(first, jobs)
  expect(await listed('breaks')).toMatchObject({ runs: 1 })
  pass(60)
  await look(first, jobs)
  expect(await listed('breaks')).toMatchObject({ runs: 2, failures: 1, error: null, did: { done: 1 } })
})
const listed = (name: string) => farm.system.db.periodicJob.findUniqueOrThrow({ where: { name } })

it('is looked for by every dispatcher that runs, and ends with it', async () => {
  const stopping = new AbortController()
  let runs = 0
  const jobs = { once: every(3600, () => Promise.resolve({ runs: ++runs })) }
  const loops = dispatchers.map((ctx) => periodicUntil(ctx, stopping.signal, jobs))
  await vi.waitFor(async () => expect(await listed('once')).toMatchObject({ runs: 1, holder: null }), 10_000)
  stopping.abort()
  await Promise.all(loops)
  expect(runs).toBe(1)
})

it('is shown with what the last run did and when the next is due, and in the metrics', async () => {
  const [first] = dispatchers
  expect(await listPeriodic(first)).toHaveLength(Object.keys(JOBS).length)
  await look(first, JOBS)
  for (const job of await listPeriodic(first)) {
    expect(job).toMatchObject({ runs: 1, failures: 0, running: false, error: null })
    expect(job.nextAt?.getTime()).toBe(clock.getTime() + job.everySeconds * 1000)
  }
  const { text } = await metrics(farm.runtime)
  expect(text).toContain('croft_periodic_runs{job="old_notices",result="done"} 1')
  expect(text).toContain('croft_periodic_next_timestamp_seconds{job="old_notices"}')
})
