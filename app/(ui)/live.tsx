'use client'

import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { liveHub, type Change } from './live-hub'

/** What is shown of a thing (the first part of a query's key) is read again when something of this kind happens. */
const TOUCHES: readonly [RegExp, readonly string[]][] = [
  [/^task\./, ['tasks', 'counts', 'schedule', 'schedules', 'workers', 'worker', 'stats', 'request']],
  [/^schedule\.|^blob\./, ['schedule', 'schedules']],
  [/^task_type\.|^schedule\.rechecked/, ['taskTypes']],
  [/^worker\./, ['workers', 'worker', 'stats']],
  [/^pause\./, ['pauses', 'tasks']],
  [/^limit\./, ['limits']],
  [/^breaker\./, ['breakers']],
  [/^bulk\./, ['bulk']],
  [/^catalogue\./, ['catalogue']],
  [/^account\./, ['accounts', 'account']],
  [/./, ['audit']],
]
/** How long, in milliseconds, between two readings of what costs more than one page of an index. */
const REST: Record<string, number> = { schedules: 3_000, stats: 5_000 }
const BEAT = 1_000

/** Gathers what has changed and reads again, at most once per beat, what is on the screen; never while it is being read. */
class Batch {
  private readonly keys = new Set<string>()
  private readonly tasks = new Set<string>()
  private readonly readAt = new Map<string, number>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private lastBeat = 0
  constructor(private readonly queries: QueryClient) {}

  add({ kind, taskId }: Change): void {
    for (const [kinds, keys] of TOUCHES) if (kinds.test(kind)) for (const key of keys) this.keys.add(key)
    if (taskId !== null) this.tasks.add(taskId)
    this.plan()
  }

  private plan(): void {
    this.timer ??= setTimeout(() => this.beat(), Math.max(0, BEAT - (Date.now() - this.lastBeat)))
  }

  private beat(): void {
    this.timer = undefined
    const now = (this.lastBeat = Date.now())
    for (const key of this.keys) {
      if (now - (this.readAt.get(key) ?? 0) < (REST[key] ?? 0)) continue
      if (this.queries.isFetching({ queryKey: [key], type: 'active' }) > 0) continue
      this.keys.delete(key)
      this.readAt.set(key, now)
      void this.queries.invalidateQueries({ queryKey: [key] })
    }
    const tasks = new Set(this.tasks)
    this.tasks.clear()
    if (tasks.size > 0)
      void this.queries.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === 'task' && tasks.has(String(queryKey[1])),
      })
    if (this.keys.size > 0) this.plan()
  }
}
const batches = new WeakMap<QueryClient, Batch>()

/** Follows the farm while the page is shown; with a task also its log and progress. True while the stream is open. */
export function useLive(task?: string): boolean {
  const queries = useQueryClient()
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const batch = batches.get(queries) ?? new Batch(queries)
    batches.set(queries, batch)
    return liveHub().join(
      {
        change: (change) => batch.add(change),
        pulse: (id) => {
          void queries.invalidateQueries({ queryKey: ['log', id] })
          void queries.invalidateQueries({ queryKey: ['task', id], exact: true })
        },
        all: () => void queries.invalidateQueries(),
        state: setOpen,
      },
      task,
    )
  }, [queries, task])
  return open
}
