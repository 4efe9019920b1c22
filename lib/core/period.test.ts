import { describe, expect, it } from 'vitest'
import { dueAt, ticksOf, isOverdue, retryWait, type Standing } from './period'

const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n))
const schedule: Standing = {
  periodicity: 'monthly',
  periodFrom: 'start',
  enabled: true,
  archivedAt: null,
  createdAt: day(-400),
  queued: 0,
  lastTask: null,
  lastSuccessAt: null,
  failedInRow: 0,
}
const ran = (status: 'succeeded' | 'failed' | 'canceled', startedAt: Date | null, endedAt: Date) => ({
  lastTask: { status, startedAt, endedAt },
})

describe('a period that counts from the last start', () => {
  it.each([
    ['monthly', 31],
    ['quarterly', 90],
    ['biannualy', 180],
    ['annually', 365],
  ] as const)('%s is %i days after it, whatever became of the task', (periodicity, days) => {
    for (const status of ['succeeded', 'failed', 'canceled'] as const) {
      expect(dueAt({ ...schedule, periodicity, ...ran(status, day(0), day(3)) })).toEqual(day(days))
    }
  })
  it('is long over for a schedule without a task, and for a task that never started', () => {
    expect(dueAt(schedule)?.getUTCFullYear()).toBe(2019)
    expect(dueAt({ ...schedule, ...ran('canceled', null, day(0)) })?.getUTCFullYear()).toBe(2019)
  })
  it.each([
    ['run by hand', { periodicity: 'manually' }],
    ['disabled', { enabled: false }],
    ['archived', { archivedAt: day(0) }],
    ['waiting in the queue', { queued: 1 }],
    ['running', { lastTask: { status: 'started', startedAt: day(-300), endedAt: null } }],
    ['taken', { lastTask: { status: 'reserved', startedAt: null, endedAt: null } }],
    ['back in the queue', { lastTask: { status: 'requested', startedAt: null, endedAt: null } }],
  ] as const)('is never over for one that is %s', (_, change) => {
    expect(dueAt({ ...schedule, ...change })).toBeNull()
  })
})

describe('a period that counts from the last success', () => {
  const bySuccess = { ...schedule, periodFrom: 'success' as const, lastSuccessAt: day(0) }
  it('is over after it, not after later starts', () => {
    expect(dueAt({ ...bySuccess, ...ran('succeeded', day(-1), day(0)) })).toEqual(day(31))
    expect(dueAt({ ...bySuccess, failedInRow: 1, ...ran('failed', day(20), day(20)) })).toEqual(day(31))
  })
  it('asks again after a failure, an hour later, then less and less often, at least once a period', () => {
    const hour = 3_600_000
    const failed = (failedInRow: number) => ({ ...bySuccess, failedInRow, ...ran('failed', day(39), day(40)) })
    expect(dueAt(failed(1))?.getTime()).toBe(day(40).getTime() + hour)
    expect(dueAt(failed(3))?.getTime()).toBe(day(40).getTime() + 4 * hour)
    expect(dueAt(failed(60))).toEqual(day(71))
    expect(retryWait(0, 31)).toBe(0)
  })
})

describe('a schedule is overdue', () => {
  it('when its last success is older than its period, whenever it last started', () => {
    expect(isOverdue({ ...schedule, lastSuccessAt: day(0) }, day(31))).toBe(false)
    expect(isOverdue({ ...schedule, lastSuccessAt: day(0) }, day(32))).toBe(true)
  })
  it('a period after its creation when it never succeeded', () => {
    expect(isOverdue({ ...schedule, createdAt: day(0) }, day(31))).toBe(false)
    expect(isOverdue({ ...schedule, createdAt: day(0) }, day(32))).toBe(true)
  })
  it.each([{ enabled: false }, { archivedAt: day(0) }, { periodicity: 'manually' }] as const)(
    'never with %o',
    (change) => {
      expect(isOverdue({ ...schedule, ...change }, day(0))).toBe(false)
    },
  )
})

describe('ticksOf', () => {
  const now = new Date('2026-03-01T00:00:00Z')
  const idle: Standing = {
    periodicity: 'monthly',
    periodFrom: 'start',
    enabled: true,
    archivedAt: null,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    queued: 0,
    lastTask: {
      status: 'succeeded',
      startedAt: new Date('2026-02-10T00:00:00Z'),
      endedAt: new Date('2026-02-10T01:00:00Z'),
    },
    lastSuccessAt: new Date('2026-02-10T01:00:00Z'),
    failedInRow: 0,
  }
  const ticks = (change: Partial<Standing>, count = 3) =>
    ticksOf({ ...idle, ...change }, { now, seconds: 3600, count }).map((date) => date.toISOString().slice(0, 16))

  it('go on by the period from start to start, and from success to success', () => {
    expect(ticks({})).toEqual(['2026-03-13T00:00', '2026-04-13T00:00', '2026-05-14T00:00'])
    expect(ticks({ periodFrom: 'success' })).toEqual(['2026-03-13T01:00', '2026-04-13T02:00', '2026-05-14T03:00'])
  })
  it('begin now where it is due, and after the run that waits', () => {
    expect(ticks({ lastTask: null, lastSuccessAt: null }, 2)).toEqual(['2026-03-01T00:00', '2026-04-01T00:00'])
    expect(ticks({ queued: 1 }, 1)).toEqual(['2026-04-01T00:00'])
  })
  it('the first one is what dueAt says, and there is none for what does not run by itself', () => {
    expect(ticksOf(idle, { now, seconds: 3600, count: 1 })).toEqual([dueAt(idle)])
    expect(ticks({ periodicity: 'manually' })).toEqual([])
    expect(ticks({ enabled: false })).toEqual([])
  })
})
