import { endSessions, listSessions } from '#lib/contract/account'
import { route } from '#lib/http/route'
import { endSessions as end, listSessions as list } from '#lib/services/accounts/sessions'

export const GET = route(listSessions, ({ ctx, params, query }) => list(ctx, { ...params, ...query }))
export const DELETE = route(endSessions, async ({ ctx, params }) => ({ ended: await end(ctx, params.username, null) }))
