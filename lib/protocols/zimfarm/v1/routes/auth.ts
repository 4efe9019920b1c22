import { parseJson, readText } from '#lib/http/body'
import { addressOf } from '#lib/http/actor'
import { CroftError } from '#lib/core/error'
import { refreshSession, type Tokens } from '#lib/services/accounts/session'
import { signInByKey } from '#lib/services/keys/sign-in'
import { signIn } from '#lib/services/accounts/sign-in'
import { V1_TOKENS } from '../access'
import { simple } from '../errors'
import { nothing, type Call, type Route } from '../route'

const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' }
/** Whole seconds and Z: wp1 parses it with a fixed pattern (zimfarm.md §13.2). */
const wholeSeconds = (date: Date) => date.toISOString().replace(/\.\d+Z$/, 'Z')

const grant = (tokens: Tokens, expires: string | number) =>
  Response.json(
    { access_token: tokens.accessToken, token_type: 'bearer', expires_in: expires, refresh_token: tokens.refreshToken },
    { headers: noStore },
  )

const typeOf = (request: Request) => request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''

/** The fields of a form or of a JSON object; none when the body is empty or something else. */
async function fieldsOf(request: Request): Promise<Record<string, string>> {
  const text = await readText(request)
  if (typeOf(request) === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(text))
  if (text.trim() === '' || typeOf(request) !== 'application/json') return {}
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function open({ ctx, request }: Call, username: string, password: string): Promise<Tokens> {
  return signIn(ctx, {
    username,
    password,
    kind: 'zimfarm',
    format: V1_TOKENS,
    ip: addressOf(request),
    userAgent: request.headers.get('user-agent'),
  })
}

/** A form carries the credentials in its fields, everything else in the headers; a JSON body is taken as well (zimfarm.md §2.1). */
async function authorize(call: Call): Promise<Response> {
  const { request } = call
  const isForm = typeOf(request) === 'application/x-www-form-urlencoded'
  const [inHeaders, secret] = isForm ? [] : [request.headers.get('username'), request.headers.get('password')]
  const { username, password } =
    inHeaders && secret ? { username: inHeaders, password: secret } : await fieldsOf(request)
  if (!username || !password) return simple(400, 'missing username or password')
  const tokens = await open(call, username, password)
  return grant(tokens, wholeSeconds(tokens.expiresAt))
}

async function refresh({ ctx, request }: Call): Promise<Response> {
  const token = request.headers.get('refresh-token')
  if (!token) return simple(400, 'missing refresh-token')
  const tokens = await refreshSession(ctx, token, V1_TOKENS)
  return grant(tokens, wholeSeconds(tokens.expiresAt))
}

async function oauth2(call: Call): Promise<Response> {
  const fields = await fieldsOf(call.request)
  const refuse = (status: number, error: string, description: string) =>
    Response.json({ error, error_description: description }, { status, headers: noStore })
  try {
    if (fields.grant_type === 'password') {
      if (!fields.username || !fields.password)
        return refuse(400, 'invalid_request', 'username and password are needed')
      return grant(await open(call, fields.username, fields.password), 86_400)
    }
    if (fields.grant_type === 'refresh_token') {
      if (!fields.refresh_token) return refuse(400, 'invalid_request', 'refresh_token is needed')
      return grant(await refreshSession(call.ctx, fields.refresh_token, V1_TOKENS), 86_400)
    }
  } catch (error) {
    if (error instanceof CroftError && error.code === 'unauthenticated')
      return refuse(401, 'invalid_grant', error.message)
    throw error
  }
  return refuse(400, 'unsupported_grant_type', 'grant_type must be password or refresh_token')
}

/** A worker signs `USER:TIME` with its RSA key (zimfarm.md §2.4). */
async function sshAuthorize({ ctx, request }: Call): Promise<Response> {
  const message = request.headers.get('x-sshauth-message')
  const signature = request.headers.get('x-sshauth-signature')
  if (!message || !signature) return simple(400, 'missing X-SSHAuth-Message or X-SSHAuth-Signature')
  const userAgent = request.headers.get('user-agent')
  const tokens = await signInByKey(ctx, {
    message,
    signature,
    scheme: 'raw',
    who: 'account',
    format: V1_TOKENS,
    userAgent,
    ip: addressOf(request),
  })
  return grant(tokens, 86_400)
}

export const auth: Route[] = [
  {
    method: 'POST',
    path: '/auth/ssh_authorize',
    access: 'optional',
    summary: 'A worker signs in with its RSA key: headers X-SSHAuth-Message and X-SSHAuth-Signature',
    handle: sshAuthorize,
  },
  {
    method: 'POST',
    path: '/auth/authorize',
    access: 'optional',
    summary: 'Signs in with a name and a password: a form, or headers',
    handle: authorize,
  },
  {
    method: 'POST',
    path: '/auth/token',
    access: 'optional',
    summary: 'New tokens for the refresh token in the header refresh-token',
    handle: refresh,
  },
  {
    method: 'POST',
    path: '/auth/oauth2',
    access: 'optional',
    summary: 'Signs in or refreshes, as OAuth 2 words it',
    handle: oauth2,
  },
  {
    method: 'GET',
    path: '/auth/test',
    access: 'token',
    summary: 'Whether the token is good',
    handle: () => Promise.resolve(nothing(204)),
  },
]
