import { listAllSessions } from '#lib/contract/account'
import { route } from '#lib/http/route'
import { listSessions } from '#lib/services/accounts/sessions'

export const GET = route(listAllSessions, ({ ctx, query }) => listSessions(ctx, query))
