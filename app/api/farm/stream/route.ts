import { stream } from '#lib/contract/worker'
import { eventStream } from '#lib/http/event-stream'
import { route } from '#lib/http/route'

export const GET = route(stream, ({ ctx, query, request }) =>
  Promise.resolve(
    eventStream(ctx, {
      task: query.task ?? null,
      after: request.headers.get('last-event-id') ?? query.after ?? null,
      signal: request.signal,
    }),
  ),
)
