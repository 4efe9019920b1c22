import { dashboard } from '#lib/contract/stats'
import { route } from '#lib/http/route'
import { dashboard as figures } from '#lib/services/stats/dashboard'

export const GET = route(dashboard, ({ ctx, query }) => figures(ctx, query.range))
