'use client'

import { useSyncExternalStore } from 'react'

let said = ''
const listeners = new Set<() => void>()

/** Tells screen readers what has happened, where the page shows it but does not say it. */
export function announce(text: string) {
  // A no-break space makes the same words news again.
  said = text === said ? `${text}\u00a0` : text
  for (const listener of listeners) listener()
}

/** What `announce` says: once, in the shell. */
export function Announcer() {
  const text = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => said,
    () => '',
  )
  return (
    <p aria-live="polite" aria-atomic className="sr-only">
      {text}
    </p>
  )
}
