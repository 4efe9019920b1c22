import { bulkResults } from '#lib/contract/bulk'
import { route } from '#lib/http/route'
import { bulkResults as results } from '#lib/services/bulk/read'

export const GET = route(bulkResults, ({ ctx, params, query: { failed, ...page } }) =>
  results(ctx, { ...params, ...page, failed: failed === undefined ? undefined : failed === 'true' }),
)
