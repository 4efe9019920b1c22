import { CroftError } from '#lib/core/error'
import { addressOf } from '#lib/http/actor'
import { refreshSession, type Tokens } from '#lib/services/accounts/session'
import { signIn } from '#lib/services/accounts/sign-in'
import { readAccount } from '#lib/services/accounts/manage'
import { signInByKey } from '#lib/services/keys/sign-in'
import { dateV2 } from '#lib/core/task-document-v2'
import { V2_TOKENS } from '../access'
import { check, WireError } from '../errors'
import { nothing, ok, type Call, type Route } from '../route'
import { credentials, refresh } from '../wire'
import { toAccount } from './accounts'

const grant = ({ accessToken, expiresAt, refreshToken }: Tokens) =>
  Response.json(
    {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_time: dateV2(expiresAt),
      refresh_token: refreshToken,
    },
    { headers: { 'cache-control': 'no-store' } },
  )

async function authorize({ ctx, request, body }: Call) {
  const { username, password } = check(credentials, await body())
  if (!ctx.settings.localSignIn)
    throw new CroftError('unauthenticated', 'passwords do not count here: sign in with the identity provider')
  return grant(
    await signIn(ctx, {
      username,
      password,
      kind: 'zimfarm',
      format: V2_TOKENS,
      ip: addressOf(request),
      userAgent: request.headers.get('user-agent'),
    }),
  )
}

async function renew({ ctx, body }: Call) {
  const { refresh_token } = check(refresh, await body())
  return grant(await refreshSession(ctx, refresh_token, V2_TOKENS))
}

/** A worker signs `WORKER:TIME` (zimfarm.md §17.1). */
async function sshAuthorize({ ctx, request }: Call) {
  const message = request.headers.get('x-sshauth-message')
  const signature = request.headers.get('x-sshauth-signature')
  if (message === null) throw new WireError({ 'x-sshauth-message': ['is needed'] })
  if (signature === null) throw new WireError({ 'x-sshauth-signature': ['is needed'] })
  return grant(
    await signInByKey(ctx, {
      message,
      signature,
      scheme: 'digest',
      who: 'worker',
      format: V2_TOKENS,
      userAgent: request.headers.get('user-agent'),
      ip: addressOf(request),
    }),
  )
}

async function me({ ctx }: Call) {
  const username = ctx.actor.kind === 'account' ? ctx.actor.username : ''
  return ok(toAccount(await readAccount(ctx, username)))
}

export const auth: Route[] = [
  { method: 'POST', path: '/auth/authorize', access: 'open', handle: authorize },
  { method: 'POST', path: '/auth/refresh', access: 'open', handle: renew },
  { method: 'POST', path: '/auth/ssh-authorize', access: 'open', handle: sshAuthorize },
  { method: 'GET', path: '/auth/test', access: 'token', handle: () => Promise.resolve(nothing(204)) },
  { method: 'GET', path: '/auth/me', access: 'token', handle: me },
]
