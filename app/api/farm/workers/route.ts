import { listWorkers } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { listWorkers as list } from '#lib/services/workers/list'

export const GET = route(listWorkers, ({ ctx, query }) => list(ctx, query))
