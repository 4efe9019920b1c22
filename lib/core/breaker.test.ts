import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  COOL_DOWN_SECONDS,
  failed,
  FAILURES_TO_OPEN,
  LONGEST_COOL_DOWN_SECONDS,
  POINTS_AT,
  ROW_SECONDS,
  type Failure,
  type FailureRow,
} from './breaker'
import type { BreakerKind } from './matching'
import { REASON_CODES } from './task'

const failure = (n: number, change: Partial<Failure> = {}): Failure => ({
  at: n * 60_000,
  schedule: `s${n}`,
  worker: `w${n % 2}`,
  probe: false,
  others: true,
  ...change,
})
const row = (kind: BreakerKind, failures: Failure[]) =>
  failures.reduce<FailureRow | null>((before, one) => failed(kind, before, one), null)
const many = (n: number, change: Partial<Failure> = {}) =>
  Array.from({ length: n }, (_, index) => failure(index, change))

describe('a breaker', () => {
  it.each(['worker', 'image', 'task_type'] as const)('of a %s opens at its number of failures, not before', (kind) => {
    const enough = FAILURES_TO_OPEN[kind]
    expect(row(kind, many(enough - 1))?.open).toBeNull()
    const at = (enough - 1) * 60_000
    expect(row(kind, many(enough))).toMatchObject({
      failures: enough,
      open: { since: at, retryAt: at + COOL_DOWN_SECONDS * 1000 },
    })
  })
  it('stays closed when one schedule alone fails', () => {
    expect(row('worker', many(50, { schedule: 'bad' }))?.open).toBeNull()
    expect(row('image', many(50, { schedule: 'bad' }))?.open).toBeNull()
  })
  it('of an image or a task type stays closed when one worker of several fails; that worker’s own opens', () => {
    expect(row('image', many(50, { worker: 'bad' }))?.open).toBeNull()
    expect(row('task_type', many(50, { worker: 'bad' }))?.open).toBeNull()
    expect(row('image', many(5, { worker: 'only', others: false }))?.open).not.toBeNull()
    expect(row('worker', many(5, { worker: 'bad' }))?.open).not.toBeNull()
  })
  it('begins anew when the next failure comes late', () => {
    const late = failure(9, { at: 3 * 60_000 + ROW_SECONDS * 1000 + 1 })
    expect(row('image', [...many(4), late])).toMatchObject({ failures: 1, firstFailedAt: late.at, open: null })
  })
  it('waits twice as long after each try that fails, up to its longest; other failures change nothing', () => {
    const open = row('image', many(5))
    const other = failed('image', open, failure(6))
    expect(other.open).toEqual(open?.open)
    const tried = failed('image', other, failure(100, { probe: true }))
    expect(tried.open).toEqual({
      since: 4 * 60_000,
      coolDownSeconds: 2 * COOL_DOWN_SECONDS,
      retryAt: 100 * 60_000 + 2 * COOL_DOWN_SECONDS * 1000,
    })
    const often = many(20, { probe: true }).reduce((before, one) => failed('image', before, one), tried)
    expect(often.open?.coolDownSeconds).toBe(LONGEST_COOL_DOWN_SECONDS)
  })
  it('is never opened by fewer failures than its number, in any order of any', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ gap: fc.nat(3_000_000), s: fc.nat(2), w: fc.nat(2), probe: fc.boolean() }), {
          maxLength: 30,
        }),
        (all) => {
          let at = 0
          let before: FailureRow | null = null
          for (const { gap, s, w, probe } of all) {
            at += gap
            const next: FailureRow = failed(
              'worker',
              before,
              failure(0, { at, schedule: `s${s}`, worker: `w${w}`, probe }),
            )
            if ((before?.open ?? null) === null && next.open !== null) expect(next.failures).toBeGreaterThanOrEqual(5)
            if (next.open !== null) expect(next.open.retryAt).toBeGreaterThan(next.open.since)
            before = next
          }
        },
      ),
    ))
  it('knows for each reason whom it points at, and blames nobody for bad input', () => {
    expect(Object.keys(POINTS_AT).sort()).toEqual([...REASON_CODES].sort())
    expect(POINTS_AT.bad_input).toEqual([])
  })
})
