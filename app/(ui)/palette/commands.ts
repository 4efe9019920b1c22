'use client'

import { useEffect, useSyncExternalStore } from 'react'
import type { LucideIcon } from 'lucide-react'

/** Something that can be done from the palette: going somewhere, or an action of the screen that is shown. */
export type Command = {
  id: string
  label: string
  icon?: LucideIcon
  /** Other words to find it by. */
  words?: string
  /** A key, or keys one after the other (`g p`), that do the same. */
  keys?: string
} & ({ href: string; run?: undefined } | { run: () => void; href?: undefined })

let groups: readonly (readonly Command[])[] = []
let all: readonly Command[] = []
const listeners = new Set<() => void>()
function set(next: typeof groups) {
  groups = next
  all = next.flat()
  for (const listener of listeners) listener()
}
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
const NONE: readonly Command[] = []

/**
 * Adds commands while the calling component is shown: those of a screen stand before those of the shell.
 * Keep the list in a `useMemo`.
 */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => {
    set([commands, ...groups])
    return () => set(groups.filter((group) => group !== commands))
  }, [commands])
}
/** All that can be done now. */
export const useAllCommands = () =>
  useSyncExternalStore(
    subscribe,
    () => all,
    () => NONE,
  )
export const currentCommands = () => all

const SINGLE_KEYS = 'croft-single-keys'
/** Whether letters alone are shortcuts (WCAG 2.1.4: they can be switched off). */
export const singleKeys = {
  on: () => localStorage.getItem(SINGLE_KEYS) !== 'off',
  set: (on: boolean) => {
    localStorage.setItem(SINGLE_KEYS, on ? 'on' : 'off')
    for (const listener of listeners) listener()
  },
  use: () => useSyncExternalStore(subscribe, singleKeys.on, () => true),
}
