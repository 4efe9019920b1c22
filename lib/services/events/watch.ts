import { setMaxListeners } from 'node:events'
import type { Context } from '../context'
import { eventsAfter, latestCursor, type FeedEvent } from './feed'

/** How often the log is read while somebody watches, in milliseconds. */
const PERIOD = 250

type Listener = (events: FeedEvent[]) => void

/** Reads the event log for all who watch within this process: one query per period, none while nobody watches. */
class Reader {
  private readonly listeners = new Set<Listener>()
  private running = false

  add(ctx: Context, listener: Listener): void {
    this.listeners.add(listener)
    if (!this.running) {
      this.running = true
      void this.read(ctx)
    }
  }

  remove(listener: Listener): void {
    this.listeners.delete(listener)
  }

  private async read(ctx: Context): Promise<void> {
    let cursor: string | null = null
    while (this.listeners.size > 0) {
      try {
        cursor ??= await latestCursor(ctx)
        const events = await eventsAfter(ctx, cursor)
        cursor = events.at(-1)?.id ?? cursor
        if (events.length > 0) for (const listener of [...this.listeners]) listener(events)
        if (events.length >= 500) continue
      } catch (error) {
        ctx.log.warn({ err: error }, 'the event log could not be read; trying again')
      }
      await new Promise((resolve) => setTimeout(resolve, PERIOD))
    }
    this.running = false
  }
}

/** One for the process: Next bundles this file more than once. */
const shared = globalThis as typeof globalThis & {
  croftEventReaders?: WeakMap<object, Reader>
  croftWatchesEnd?: AbortController
}
function ending(): AbortController {
  if (shared.croftWatchesEnd === undefined) {
    shared.croftWatchesEnd = new AbortController()
    setMaxListeners(0, shared.croftWatchesEnd.signal) // all who wait listen to it
  }
  return shared.croftWatchesEnd
}

/** Aborts when the process is about to stop. */
export const watchesEnd = (): AbortSignal => ending().signal
/** Ends all watches of this process, now and later: it is about to stop. */
export const endWatches = (): void => ending().abort()

export type Watch = Disposable & {
  /** Whether the process is about to stop: nothing more will come. */
  readonly over: boolean
  /** The next matching events; none when the time is over or the signal comes first. */
  next: (options: {
    match?: (event: FeedEvent) => boolean
    timeoutMs: number
    signal: AbortSignal
  }) => Promise<FeedEvent[]>
}

/** Watches the event log from now on, until disposed. What comes between two calls of `next` is kept. */
export function changes(ctx: Context): Watch {
  const readers = (shared.croftEventReaders ??= new WeakMap<object, Reader>())
  const reader = readers.get(ctx.db) ?? new Reader()
  readers.set(ctx.db, reader)
  let kept: FeedEvent[] = []
  let wake: () => void = () => undefined
  const listener: Listener = (events) => {
    kept.push(...events)
    wake()
  }
  reader.add(ctx, listener)
  const { signal: end } = ending()
  return {
    get over() {
      return end.aborted
    },
    async next({ match = () => true, timeoutMs, signal }) {
      const deadline = performance.now() + timeoutMs
      for (;;) {
        const found = kept.filter(match)
        kept = []
        const left = deadline - performance.now()
        if (found.length > 0 || left <= 0 || signal.aborted || end.aborted) return found
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, left)
          function done() {
            clearTimeout(timer)
            for (const one of [signal, end]) one.removeEventListener('abort', done)
            wake = () => undefined
            resolve()
          }
          wake = done
          for (const one of [signal, end]) one.addEventListener('abort', done)
        })
      }
    },
    [Symbol.dispose]() {
      reader.remove(listener)
    },
  }
}
