import type { Context } from '#lib/services/context'
import { eventsAfter, isAfter, latestCursor, type FeedEvent } from '#lib/services/events/feed'
import { maySeeEvent } from '#lib/services/events/visible'
import { changes } from '#lib/services/events/watch'
import { pulseOf } from '#lib/services/tasks/pulse'

/** A comment line now and then, so that proxies keep the connection and a dead one is noticed. */
const KEEP_ALIVE_MS = 15_000
/** How soon a watched task's new log lines and progress are told. */
const PULSE_MS = 500
/** How many bytes may wait for a slow reader, and for how long: then it is cut off, and comes back where it was. */
const WAITING_BYTES = 64 * 1024
const SLOW_MS = 30_000

type Input = {
  /** Only what touches this task. */
  task: string | null
  /** Tasks whose growing logs and progress are told too. */
  watch?: readonly string[]
  after: string | null
  signal: AbortSignal
}

/**
 * Server-sent events: `change` for what the event log gets and the caller may see, from `after` on; for watched tasks
 * also `pulse`, when their log or their progress has grown. A reader that does not read stops the writing.
 */
export function eventStream(ctx: Context, input: Input, onEnd: () => void = () => undefined): Response {
  const encoder = new TextEncoder()
  const stopped = new AbortController()
  let canceled = false
  let drained: () => void = () => undefined
  if (input.signal.aborted) stopped.abort()
  input.signal.addEventListener('abort', () => stopped.abort())
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = async (text: string) => {
          controller.enqueue(encoder.encode(text))
          if ((controller.desiredSize ?? 0) > 0) return
          await new Promise<void>((resolve, reject) => {
            const timer = setTimeout(() => reject(new TooSlow()), SLOW_MS)
            drained = () => {
              clearTimeout(timer)
              resolve()
            }
            stopped.signal.addEventListener('abort', drained, { once: true })
          })
        }
        void pump(ctx, input, stopped.signal, send)
          .catch((error: unknown) => {
            if (!stopped.signal.aborted) ctx.log.warn({ err: error }, 'a live stream ended early')
          })
          .finally(() => {
            onEnd()
            if (!canceled) controller.close()
          })
      },
      pull: () => drained(),
      cancel() {
        canceled = true
        stopped.abort()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: WAITING_BYTES }),
  )
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  })
}

class TooSlow extends Error {
  override readonly name = 'TooSlow'
}

async function pump(
  ctx: Context,
  { task, watch: watched = task === null ? [] : [task], after }: Input,
  signal: AbortSignal,
  send: (text: string) => Promise<void>,
): Promise<void> {
  using watch = changes(ctx)
  const concerns = (event: FeedEvent) => (task === null || event.taskId === task) && maySeeEvent(ctx.actor, event.kind)
  let cursor = after ?? (await latestCursor(ctx))
  const tell = async (events: FeedEvent[]) => {
    const lines = events.filter(concerns).map(({ id, ...event }) => {
      return `id: ${id}\nevent: change\ndata: ${JSON.stringify({ ...event, data: {} })}\n\n`
    })
    cursor = events.at(-1)?.id ?? cursor
    if (lines.length > 0) await send(lines.join(''))
  }
  await send(`retry: 1000\nid: ${cursor}\nevent: open\ndata: {}\n\n`)
  // What was missed comes from the log; from there on all streams live on the one reader of this process.
  for (;;) {
    const missed = await eventsAfter(ctx, cursor)
    await tell(missed)
    if (missed.length < 500 || signal.aborted) break
  }
  const pulses = new Map<string, string>()
  for (const id of watched) pulses.set(id, JSON.stringify(await pulseOf(ctx, id)))
  let quietSince = performance.now()
  while (!signal.aborted && !watch.over) {
    const events = await watch.next({ timeoutMs: watched.length === 0 ? KEEP_ALIVE_MS : PULSE_MS, signal })
    const fresh = events.filter((event) => isAfter(event.id, cursor))
    if (fresh.length > 0) {
      await tell(fresh)
      quietSince = performance.now()
    }
    for (const id of watched) {
      const pulse = await pulseOf(ctx, id)
      const text = JSON.stringify(pulse)
      if (text === pulses.get(id)) continue
      pulses.set(id, text)
      await send(`event: pulse\ndata: ${JSON.stringify({ taskId: id, ...pulse })}\n\n`)
    }
    if (performance.now() - quietSince > KEEP_ALIVE_MS) {
      await send(': still here\n\n')
      quietSince = performance.now()
    }
  }
}
