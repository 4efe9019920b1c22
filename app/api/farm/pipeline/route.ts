import { listPipeline } from '#lib/contract/pipeline'
import { route } from '#lib/http/route'
import { listPipeline as list } from '#lib/services/pipeline/list'

export const GET = route(listPipeline, ({ ctx, query }) => list(ctx, query))
