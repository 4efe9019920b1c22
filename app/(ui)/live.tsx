'use client'

import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

type Change = { kind: string; taskId: string | null }

/** What is shown of a thing is read again when the farm says that it has changed. */
function refresh(queries: QueryClient, { kind, taskId }: Change) {
  const touch = (...queryKey: string[]) => void queries.invalidateQueries({ queryKey })
  if (taskId !== null) touch('task', taskId)
  if (kind.startsWith('task.')) for (const key of ['tasks', 'counts', 'schedule', 'schedules', 'workers']) touch(key)
  if (kind.startsWith('schedule.')) for (const key of ['schedule', 'schedules']) touch(key)
  if (kind.startsWith('task_type.') || kind === 'schedule.rechecked') touch('taskTypes')
  if (kind.startsWith('worker.')) touch('workers')
  if (kind.startsWith('pause.')) touch('pauses')
  if (kind.startsWith('breaker.')) touch('breakers')
}

/** One stream for the page; closed while the tab is hidden, resumed where it was. True while it is open. */
export function useLive(task?: string): boolean {
  const queries = useQueryClient()
  const [open, setOpen] = useState(false)
  useEffect(() => {
    let source: EventSource | null = null
    let last: string | null = null
    const connect = () => {
      const search = new URLSearchParams({ ...(task !== undefined && { task }), ...(last !== null && { after: last }) })
      source = new EventSource(`/api/farm/stream?${search}`)
      source.addEventListener('open', (event) => {
        setOpen(true)
        if (event instanceof MessageEvent) last = event.lastEventId || last
      })
      source.addEventListener('change', (event: MessageEvent<string>) => {
        last = event.lastEventId
        refresh(queries, JSON.parse(event.data) as Change)
      })
      source.addEventListener('pulse', () => {
        if (task === undefined) return
        void queries.invalidateQueries({ queryKey: ['log', task] })
        void queries.invalidateQueries({ queryKey: ['task', task], exact: true })
      })
      source.addEventListener('error', () => setOpen(false))
    }
    const onVisibility = () => {
      source?.close()
      source = null
      if (document.visibilityState !== 'visible') return
      connect()
      if (last === null) void queries.invalidateQueries()
    }
    connect()
    document.addEventListener('visibilitychange', onVisibility)
    return () => {
      document.removeEventListener('visibilitychange', onVisibility)
      source?.close()
    }
  }, [queries, task])
  return open
}
