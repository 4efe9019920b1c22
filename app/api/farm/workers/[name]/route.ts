import { configureWorker, getWorker, registerWorker } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { configureWorker as configure } from '#lib/services/workers/configure'
import { getWorker as get } from '#lib/services/workers/list'
import { registerOwnWorker } from '#lib/services/workers/register'

export const GET = route(getWorker, ({ ctx, params }) => get(ctx, params.name))
export const PUT = route(registerWorker, ({ ctx, params, body }) =>
  registerOwnWorker(ctx, { ...params, ...body, kind: 'agent' }),
)
export const PATCH = route(configureWorker, ({ ctx, params, body: { cordoned, ...body } }) =>
  configure(ctx, params.name, {
    ...body,
    cordoned: cordoned && { ...cordoned, until: cordoned.until === null ? null : new Date(cordoned.until) },
  }),
)
