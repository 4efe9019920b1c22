import { ANONYMOUS, type Actor } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { actorOfToken } from '#lib/services/accounts/session'
import type { Context } from '#lib/services/context'
import { v1May, type V1Permission } from './access'

/** The token of a request: `token` before `Authorization`, its second word if there are two (zimfarm.md §1.7). */
export function tokenOf(headers: Headers): string | null {
  const value = headers.get('token') ?? headers.get('authorization')
  if (value === null) return null
  const [first = '', second] = value.trim().split(/\s+/)
  return second ?? first
}

/** Who calls; a bad or expired token makes nobody of the caller, as "optional auth" wants it. */
export async function optionalActor(ctx: Context, request: Request): Promise<Actor> {
  const token = tokenOf(request.headers)
  if (token === null) return ANONYMOUS
  return actorOfToken(ctx, token).catch((error: unknown) => {
    if (error instanceof CroftError) return ANONYMOUS
    throw error
  })
}

/** @throws CroftError unauthenticated: `token invalid` or `token expired` */
export async function requiredActor(ctx: Context, request: Request): Promise<Actor> {
  const token = tokenOf(request.headers)
  if (token === null) throw new CroftError('unauthenticated', 'token invalid')
  return actorOfToken(ctx, token)
}

export function require(actor: Actor, permission: V1Permission): void {
  if (!v1May(actor, permission)) throw new CroftError('forbidden', `you do not have the permission ${permission}`)
}
