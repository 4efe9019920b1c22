import { changePassword } from '#lib/contract/account'
import { CroftError } from '#lib/core/error'
import { route } from '#lib/http/route'
import { changePassword as change } from '#lib/services/accounts/manage'

// A wrong password is a wrong field here: 401 tells browsers that the session is over.
export const PUT = route(changePassword, ({ ctx, params, body }) =>
  change(ctx, params.username, body).catch((error: unknown) => {
    if (!(error instanceof CroftError) || error.code !== 'unauthenticated') throw error
    throw new CroftError('invalid', error.message, { current: ['is wrong'] })
  }),
)
