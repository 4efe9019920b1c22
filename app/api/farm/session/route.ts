import { signIn, signOut, updateMe, whoAmI } from '#lib/contract/session'
import { addressOf } from '#lib/http/actor'
import { route } from '#lib/http/route'
import { updateOwnAccount } from '#lib/services/accounts/manage'
import { revokeSession } from '#lib/services/accounts/session'
import { whoAmI as me } from '#lib/services/accounts/show'
import { signIn as openSession } from '#lib/services/accounts/sign-in'

export const POST = route(signIn, ({ ctx, body, request }) =>
  openSession(ctx, { ...body, kind: 'api', ip: addressOf(request), userAgent: request.headers.get('user-agent') }),
)
export const GET = route(whoAmI, ({ ctx }) => me(ctx))
export const PATCH = route(updateMe, ({ ctx, body }) => updateOwnAccount(ctx, body))
export const DELETE = route(signOut, async ({ ctx }) => {
  if (ctx.actor.kind === 'account' && ctx.actor.sessionId !== null) await revokeSession(ctx, ctx.actor.sessionId)
})
