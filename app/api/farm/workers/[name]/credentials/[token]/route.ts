import { endWorkerToken } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { endWorkerToken as end } from '#lib/services/workers/enrol'

export const DELETE = route(endWorkerToken, ({ ctx, params }) => end(ctx, params.name, params.token))
