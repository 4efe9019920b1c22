'use client'

import { useSyncExternalStore } from 'react'
import { ago, duration } from './format'

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

export function Ago({ date }: { date: string }) {
  const current = useNow()
  return (
    <time dateTime={date} title={new Date(date).toLocaleString()} suppressHydrationWarning>
      {ago(date, current)}
    </time>
  )
}

/** How long something took, or has taken so far. */
export function Took({ from, to }: { from: string; to: string | null }) {
  const current = useNow()
  const end = to === null ? current : new Date(to).getTime()
  return <span suppressHydrationWarning>{duration((end - new Date(from).getTime()) / 1000)}</span>
}
