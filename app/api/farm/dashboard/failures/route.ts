import { failureGroups } from '#lib/contract/stats'
import { route } from '#lib/http/route'
import { failureGroups as groups } from '#lib/services/stats/dashboard'

export const GET = route(failureGroups, async ({ ctx, query }) => ({
  items: await groups(ctx, { ...query, resolved: query.resolved === 'true' }),
}))
