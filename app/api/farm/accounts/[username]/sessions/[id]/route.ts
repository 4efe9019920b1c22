import { endSession } from '#lib/contract/account'
import { route } from '#lib/http/route'
import { endSessions } from '#lib/services/accounts/sessions'

export const DELETE = route(endSession, async ({ ctx, params }) => {
  await endSessions(ctx, params.username, params.id)
})
