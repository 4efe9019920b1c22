import { describe, expect, it } from 'vitest'
import { isZone, quietUntil, type QuietHours } from './quiet'

const at = (text: string) => Date.parse(text)
const nights: QuietHours = { zone: 'Europe/Paris', spans: [{ days: [], from: '22:00', to: '06:00' }] }
const until = (hours: QuietHours, text: string) => {
  const end = quietUntil(hours, at(text))
  return end === null ? null : new Date(end).toISOString()
}

describe('quiet hours', () => {
  it('hold from one time of day to another, in the zone', () => {
    const noon: QuietHours = { zone: 'Europe/Paris', spans: [{ days: [], from: '12:00', to: '14:00' }] }
    expect(until(noon, '2026-01-15T10:59:59Z')).toBeNull()
    expect(until(noon, '2026-01-15T11:00:00Z')).toBe('2026-01-15T13:00:00.000Z')
    expect(until(noon, '2026-01-15T13:00:00Z')).toBeNull()
  })
  it('go past midnight', () => {
    expect(until(nights, '2026-01-15T20:59:00Z')).toBeNull()
    expect(until(nights, '2026-01-15T23:30:00Z')).toBe('2026-01-16T05:00:00.000Z')
    expect(until(nights, '2026-01-16T04:59:59Z')).toBe('2026-01-16T05:00:00.000Z')
  })
  it('hold only on their days, by the day on which they begin', () => {
    const friday: QuietHours = { ...nights, spans: [{ days: [5], from: '22:00', to: '06:00' }] }
    expect(until(friday, '2026-01-16T22:00:00Z')).toBe('2026-01-17T05:00:00.000Z') // Friday night
    expect(until(friday, '2026-01-17T03:00:00Z')).toBe('2026-01-17T05:00:00.000Z') // Saturday morning
    expect(until(friday, '2026-01-17T22:00:00Z')).toBeNull() // Saturday night
  })
  it('keep to the clock on the wall when it changes', () => {
    // 29 March 2026: at 02:00 it is 03:00 in Paris; 25 October: at 03:00 it is 02:00.
    expect(until(nights, '2026-03-28T23:00:00Z')).toBe('2026-03-29T04:00:00.000Z')
    expect(until(nights, '2026-10-24T22:00:00Z')).toBe('2026-10-25T05:00:00.000Z')
  })
  it('that follow one another are one', () => {
    const two: QuietHours = {
      zone: 'UTC',
      spans: [
        { days: [], from: '08:00', to: '10:00' },
        { days: [], from: '10:00', to: '11:00' },
      ],
    }
    expect(until(two, '2026-01-15T08:00:00Z')).toBe('2026-01-15T11:00:00.000Z')
  })
  it('of the whole day answer with a time within a week, and none are none', () => {
    const always: QuietHours = { zone: 'UTC', spans: [{ days: [], from: '00:00', to: '00:00' }] }
    expect(until(always, '2026-01-15T08:00:00Z')).toBe('2026-01-22T08:00:00.000Z')
    expect(quietUntil(null, 0)).toBeNull()
    expect(quietUntil({ zone: 'UTC', spans: [] }, 0)).toBeNull()
  })
  it('know zones from words', () => {
    expect([isZone('Asia/Kathmandu'), isZone('UTC'), isZone('Mars/Olympus')]).toEqual([true, true, false])
  })
})
