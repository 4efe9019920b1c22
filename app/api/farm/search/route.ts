import { search } from '#lib/contract/search'
import { route } from '#lib/http/route'
import { find } from '#lib/services/search/find'

export const GET = route(search, ({ ctx, query }) => find(ctx, query.q))
