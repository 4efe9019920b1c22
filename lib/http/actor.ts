import { isIP } from 'node:net'
import { getToken } from 'next-auth/jwt'
import { ANONYMOUS, type Actor } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { actorOfSession, actorOfToken } from '#lib/services/accounts/session'
import type { ReadContext } from '#lib/services/context'

/** The cookie of next-auth; without the `__Secure-` prefix, because farms also run on plain http. */
export const SESSION_COOKIE = 'croft.session'

/**
 * Who a request comes from: its bearer token, else its browser cookie. A request that carries none is anonymous.
 * A cookie alone may not change anything from another site (cross-site request forgery).
 * @throws CroftError unauthenticated, forbidden
 */
export async function actorOfRequest(ctx: ReadContext, request: Request): Promise<Actor> {
  const header = request.headers.get('authorization')
  if (header !== null) {
    const match = /^Bearer\s+(\S+)$/i.exec(header)
    if (match?.[1] === undefined)
      throw new CroftError('unauthenticated', 'send the header as: Authorization: Bearer <token>')
    return actorOfToken(ctx, match[1])
  }
  const sessionId = await sessionOfCookie(ctx, request)
  if (sessionId === null) return ANONYMOUS
  if (!['GET', 'HEAD'].includes(request.method)) refuseOtherSites(request)
  return actorOfSession(ctx, sessionId).catch((error: unknown) => {
    if (request.method === 'GET' && error instanceof CroftError) return ANONYMOUS
    throw error
  })
}

/** The session that the browser's cookie names, or null. */
export async function sessionOfCookie(ctx: ReadContext, request: { headers: Headers }): Promise<string | null> {
  const cookies = Object.fromEntries(
    (request.headers.get('cookie') ?? '').split(/;\s*/).map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
  if (cookies[SESSION_COOKIE] === undefined) return null
  const token = await getToken({
    req: { cookies, headers: {} } as unknown as Parameters<typeof getToken>[0]['req'],
    secret: ctx.settings.secret,
    cookieName: SESSION_COOKIE,
  })
  return typeof token?.sid === 'string' ? token.sid : null
}

function refuseOtherSites(request: Request): void {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host')
  const own =
    site === null
      ? origin !== null && URL.canParse(origin) && new URL(origin).host === host
      : site === 'same-origin' || site === 'none'
  if (!own)
    throw new CroftError(
      'forbidden',
      'a browser session may change things only from the farm’s own pages; programs use a bearer token',
    )
}

/** The address that a request comes from, as `notePeers` noted it (./peer.ts): the first of several that is one. */
export function addressOf(request: Request): string | null {
  const noted = (request.headers.get('x-forwarded-for') ?? '').split(',').map((part) => part.trim())
  return noted.map(bareAddress).find((address) => isIP(address) !== 0) ?? null
}
/** `[2001:db8::1]:443` and `203.0.113.7:443` without brackets and port. */
const bareAddress = (text: string) =>
  /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
