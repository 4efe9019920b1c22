'use client'

import { Undo2, X } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { Button, IconButton } from './button'

type Toast = { id: number; text: string; undo: () => void }
let toasts: Toast[] = []
let count = 0
const listeners = new Set<() => void>()
const set = (next: Toast[]) => {
  toasts = next
  for (const listener of listeners) listener()
}
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
const NONE: Toast[] = []

/** Says what was done and offers to take it back. For nothing else: what is needed later belongs on the page. */
export function offerUndo(text: string, undo: () => void) {
  set([...toasts.slice(-2), { id: ++count, text, undo }])
}
const drop = (id: number) => set(toasts.filter((one) => one.id !== id))

function Line({ toast }: { toast: Toast }) {
  const t = useTranslations('common')
  const [held, setHeld] = useState(false)
  useEffect(() => {
    if (held) return
    const timer = setTimeout(() => drop(toast.id), 10_000)
    return () => clearTimeout(timer)
  }, [held, toast.id])
  return (
    <li
      className="panel flex items-center gap-3 py-1.5 pr-1.5 pl-4 text-sm shadow-lg"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className="min-w-0 wrap-anywhere">{toast.text}</span>
      <Button
        small
        icon={Undo2}
        onClick={() => {
          drop(toast.id)
          toast.undo()
        }}
      >
        {t('undo')}
      </Button>
      <IconButton label={t('close')} icon={X} onClick={() => drop(toast.id)} />
    </li>
  )
}

/** Where they show: once, in the shell. */
export function Toasts() {
  const all = useSyncExternalStore(
    subscribe,
    () => toasts,
    () => NONE,
  )
  return (
    <div role="status" className="fixed inset-x-4 bottom-20 z-50 mx-auto w-fit max-w-lg sm:bottom-4">
      {all.length > 0 && (
        <ul className="grid gap-2">
          {all.map((toast) => (
            <Line key={toast.id} toast={toast} />
          ))}
        </ul>
      )}
    </div>
  )
}
