import { countPipeline } from '#lib/contract/pipeline'
import { route } from '#lib/http/route'
import { countQuery } from '#lib/services/pipeline/find'

export const GET = route(countPipeline, ({ ctx, query }) => countQuery(ctx, query))
