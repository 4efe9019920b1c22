import { stream } from '#lib/contract/worker'
import { addressOf } from '#lib/http/actor'
import { eventStream } from '#lib/http/event-stream'
import { route } from '#lib/http/route'
import { takeSeat } from '#lib/http/stream-seats'

export const GET = route(stream, ({ ctx, query, request }) => {
  const leave = takeSeat(ctx.actor, addressOf(request))
  return Promise.resolve(
    eventStream(
      ctx,
      {
        task: query.task ?? null,
        watch: query.watch?.slice(0, 20),
        after: request.headers.get('last-event-id') ?? query.after ?? null,
        signal: request.signal,
      },
      leave,
    ),
  )
})
