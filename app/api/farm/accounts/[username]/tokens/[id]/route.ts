import { endApiToken } from '#lib/contract/account'
import { route } from '#lib/http/route'
import { endToken } from '#lib/services/accounts/tokens'

export const DELETE = route(endApiToken, ({ ctx, params }) => endToken(ctx, params.username, params.id))
