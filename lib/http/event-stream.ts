import type { Context } from '#lib/services/context'
import { eventsAfter, latestCursor, type FeedEvent } from '#lib/services/events/feed'
import { changes } from '#lib/services/events/watch'
import { pulseOf } from '#lib/services/tasks/pulse'

/** A comment line now and then, so that proxies keep the connection and a dead one is noticed. */
const KEEP_ALIVE_MS = 15_000
/** How soon a watched task's new log lines and progress are told. */
const PULSE_MS = 500

/**
 * Server-sent events: `change` for what the event log gets, from `after` on; for one task also `pulse`, when its log
 * or its progress has grown.
 */
export function eventStream(
  ctx: Context,
  input: { task: string | null; after: string | null; signal: AbortSignal },
): Response {
  const encoder = new TextEncoder()
  const stopped = new AbortController()
  let canceled = false
  input.signal.addEventListener('abort', () => stopped.abort())
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text))
      void pump(ctx, input, stopped.signal, send)
        .catch((error: unknown) => ctx.log.warn({ err: error }, 'a live stream ended early'))
        .finally(() => {
          if (!canceled) controller.close()
        })
    },
    cancel() {
      canceled = true
      stopped.abort()
    },
  })
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  })
}

async function pump(
  ctx: Context,
  { task, after }: { task: string | null; after: string | null },
  signal: AbortSignal,
  send: (text: string) => void,
): Promise<void> {
  using watch = changes(ctx)
  const concerns = (event: FeedEvent) => task === null || event.taskId === task
  const tell = (event: FeedEvent) => {
    const { id, ...rest } = event
    send(`id: ${id}\nevent: change\ndata: ${JSON.stringify({ ...rest, data: {} })}\n\n`)
  }
  let cursor = after ?? (await latestCursor(ctx))
  send(`retry: 1000\nid: ${cursor}\nevent: open\ndata: {}\n\n`)
  let pulse = task === null ? null : await pulseOf(ctx, task)
  let quietSince = performance.now()
  while (!signal.aborted && !watch.over) {
    const missed = await eventsAfter(ctx, cursor)
    missed.filter(concerns).forEach(tell)
    cursor = missed.at(-1)?.id ?? cursor
    if (missed.length > 0) quietSince = performance.now()
    if (task !== null) {
      const next = await pulseOf(ctx, task)
      if (JSON.stringify(next) !== JSON.stringify(pulse)) send(`event: pulse\ndata: ${JSON.stringify(next)}\n\n`)
      pulse = next
    }
    if (performance.now() - quietSince > KEEP_ALIVE_MS) {
      send(': still here\n\n')
      quietSince = performance.now()
    }
    if (missed.length < 500)
      await watch.next({ match: concerns, timeoutMs: task === null ? KEEP_ALIVE_MS : PULSE_MS, signal })
  }
}
