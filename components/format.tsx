import { useFormatter, useLocale, useTranslations } from 'next-intl'
import { useMemo } from 'react'
import { bytes } from '#lib/core/bytes'
import type { Reason } from '#lib/core/matching'
import { changeIn, reasonIn } from '#lib/core/reason'
import type { Change } from '#lib/core/suggest'

export { bytes }

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
type When = string | number | Date
const time = (when: When) => (when instanceof Date ? when : new Date(when))

/** Numbers, sizes, durations and times in the reader's language and zone. */
export function useFormat() {
  const format = useFormatter()
  const locale = useLocale()
  const t = useTranslations('common')
  return useMemo(() => {
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
    return {
      number: (value: number, options: Intl.NumberFormatOptions = {}) => format.number(value, options as object),
      /** 0.5 is 50 %. */
      percent: (value: number, digits = 0) => format.number(value, { style: 'percent', maximumFractionDigits: digits }),
      /** A size in binary units. */
      bytes: (value: number) => {
        const power = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(value) / 10))
        const scaled = value / 1024 ** power
        const shown = format.number(scaled, { maximumFractionDigits: scaled < 10 && power > 0 ? 1 : 0 })
        return t(`units.${UNITS[power] ?? 'B'}`, { value: shown })
      },
      duration: (seconds: number) => {
        const whole = Math.max(0, Math.round(seconds))
        if (whole < 60) return t('units.s', { s: whole })
        if (whole < 3600) return t('units.min', { min: Math.floor(whole / 60), s: whole % 60 })
        if (whole < 86_400) return t('units.h', { h: Math.floor(whole / 3600), min: Math.floor((whole % 3600) / 60) })
        return t('units.days', { days: Math.round(whole / 86_400) })
      },
      /** How far from `now`: "3 min ago", "in 2 hr". */
      relative: (when: When, now: number) => {
        const seconds = (time(when).getTime() - now) / 1000
        const size = Math.abs(seconds)
        if (size < 45) return t('justNow')
        if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute')
        if (size < 86_400) return relative.format(Math.round(seconds / 3600), 'hour')
        return relative.format(Math.round(seconds / 86_400), 'day')
      },
      /** Day and minute. */
      at: (when: When) => format.dateTime(time(when), { dateStyle: 'medium', timeStyle: 'short' }),
      date: (when: When) => format.dateTime(time(when), { dateStyle: 'medium' }),
      /** The day without the year, for scales. */
      day: (when: When) => format.dateTime(time(when), { day: 'numeric', month: 'short' }),
      clock: (when: When) => format.dateTime(time(when), { timeStyle: 'short' }),
      /** To the second, with the zone: what shows on hover. */
      exact: (when: When) =>
        format.dateTime(time(when), {
          weekday: 'short',
          day: 'numeric',
          month: 'short',
          year: 'numeric',
          hour: '2-digit',
          minute: '2-digit',
          second: '2-digit',
          timeZoneName: 'short',
        }),
      list: (items: readonly string[]) => format.list(items),
    }
  }, [format, locale, t])
}

/** @deprecated `useFormat` speaks the reader's language. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
  return `${Math.round(whole / 86_400)} days`
}

/** @deprecated `useFormat` speaks the reader's language. */
export const at = (time: number) => new Date(time).toLocaleString()
/** A reason of `decide` in a person's words. */
export const reasonText = (reason: Reason) => reasonIn(reason, at)

/** What a person can do about a waiting task, in words that follow "To start it". */
export const changesText = (changes: readonly Change[]) => changes.map(changeIn).join('; ')
