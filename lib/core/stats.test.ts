import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginOf, fingerprintText, quantile, spansOf, stepOf } from './stats'

describe('quantiles of kept steps', () => {
  it('are within a step of the true ones', () =>
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.9),
        (waits, q) => {
          const steps = new Map<number, number>()
          for (const wait of waits) steps.set(stepOf(wait), (steps.get(stepOf(wait)) ?? 0) + 1)
          const sorted = waits.toSorted((a, b) => a - b)
          const exact = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0
          const told = quantile(steps, q) ?? -1
          expect(told).toBeGreaterThanOrEqual((exact + 1) / 1.2 - 1 - 1e-9)
          expect(told).toBeLessThanOrEqual((exact + 1) * 1.2 - 1 + 1e-9)
        },
      ),
    ))
  it('of nothing are none', () => expect(quantile(new Map(), 0.5)).toBeNull())
})

describe('spans', () => {
  const now = Date.parse('2026-03-02T10:20:30Z')
  it('begin on the hour, on the day in UTC, and once for all time', () => {
    expect(new Date(beginOf('hour', now)).toISOString()).toBe('2026-03-02T10:00:00.000Z')
    expect(new Date(beginOf('day', now)).toISOString()).toBe('2026-03-02T00:00:00.000Z')
    expect(beginOf('all', now)).toBe(0)
  })
  it('of a range end with the one that has just begun', () => {
    const spans = spansOf('24h', now)
    expect(spans).toHaveLength(24)
    expect(spans.at(-1)).toBe(beginOf('hour', now))
    expect((spans[1] ?? 0) - (spans[0] ?? 0)).toBe(3_600_000)
  })
})

describe('what failures have in common', () => {
  it.each([
    ['could not fetch https://example.org/a/1.zip: 404', 'could not fetch https://other.org/b?x=2: 503'],
    [
      'task 0190c2d4-1111-7000-8000-000000000001 was lost at 2026-01-02T03:04:05Z',
      'task 7d0f3c1e-2222-4000-9000-00000000000a was lost at 2025-12-31 23:59:59',
    ],
    ["no file named 'a b.html' in /data/work/17/src", "no file named 'index.html' in /data/work/18/src/"],
    ['needs 12 GiB, has 8.5 GiB', 'needs 100 GiB, has 1,024 GiB'],
    [
      'Traceback (most recent call last):\n  File "x.py", line 3\nValueError: bad title',
      'Traceback (most recent call last):\n  File "y.py", line 99\nValueError: bad title',
    ],
  ])('is the same for %j and its like', (one, other) => {
    expect(fingerprintText(one)).toBe(fingerprintText(other))
    expect(fingerprintText(one)).not.toBe('')
  })
  it('keeps apart what says something else, and other exit codes', () => {
    expect(fingerprintText('the disk is full')).not.toBe(fingerprintText('the network is down'))
    expect(fingerprintText('exit code 137')).not.toBe(fingerprintText('exit code 2'))
  })
  it('is short, whatever is said', () =>
    expect(fingerprintText('words '.repeat(9_000)).length).toBeLessThanOrEqual(310))
})
