'use client'

import { useSyncExternalStore } from 'react'
import { useFormat } from './format'

let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void) {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 1_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time, by the second, for all who show it. */
export const useNow = () =>
  useSyncExternalStore(
    subscribe,
    () => now,
    () => now,
  )

/** How long ago, or in how long; the exact time on hover. */
export function Ago({ date }: { date: string }) {
  const current = useNow()
  const format = useFormat()
  return (
    <time dateTime={date} title={format.exact(date)} suppressHydrationWarning>
      {format.relative(date, current)}
    </time>
  )
}

/** How long something took, or has taken so far. */
export function Took({ from, to }: { from: string; to: string | null }) {
  const current = useNow()
  const format = useFormat()
  const end = to === null ? current : new Date(to).getTime()
  return <span suppressHydrationWarning>{format.duration((end - new Date(from).getTime()) / 1000)}</span>
}

/** Day and minute; to the second on hover. */
export function At({ date }: { date: string | number }) {
  const format = useFormat()
  return (
    <time dateTime={new Date(date).toISOString()} title={format.exact(date)} suppressHydrationWarning>
      {format.at(date)}
    </time>
  )
}
