import { changePassword } from '#lib/contract/account'
import { route } from '#lib/http/route'
import { changePassword as change } from '#lib/services/accounts/manage'

export const PUT = route(changePassword, ({ ctx, params, body }) => change(ctx, params.username, body))
