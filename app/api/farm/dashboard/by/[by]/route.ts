import { breakdown } from '#lib/contract/stats'
import { route } from '#lib/http/route'
import { breakdown as breakDown } from '#lib/services/stats/dashboard'

export const GET = route(breakdown, async ({ ctx, params, query }) => ({
  items: await breakDown(ctx, { ...params, ...query }),
}))
