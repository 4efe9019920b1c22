import { refreshSession } from '#lib/contract/session'
import { route } from '#lib/http/route'
import { refreshSession as refresh } from '#lib/services/accounts/session'

export const POST = route(refreshSession, ({ ctx, body }) => refresh(ctx, body.refreshToken))
