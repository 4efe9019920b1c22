import { bytes } from '#lib/core/bytes'
import type { Reason } from '#lib/core/matching'
import { changeIn, reasonIn } from '#lib/core/reason'
import type { Change } from '#lib/core/suggest'

export { bytes }

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
  return `${Math.round(whole / 86_400)} days`
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
export function ago(date: string, now: number): string {
  const seconds = (new Date(date).getTime() - now) / 1000
  const size = Math.abs(seconds)
  if (size < 45) return 'just now'
  if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute')
  if (size < 86_400) return relative.format(Math.round(seconds / 3600), 'hour')
  return relative.format(Math.round(seconds / 86_400), 'day')
}

export const at = (time: number) => new Date(time).toLocaleString()
/** A reason of `decide` in a person's words. */
export const reasonText = (reason: Reason) => reasonIn(reason, at)

/** What a person can do about a waiting task, in words that follow "To start it". */
export const changesText = (changes: readonly Change[]) => changes.map(changeIn).join('; ')
