import { ANONYMOUS, type Actor } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { actorOfIdentity } from '#lib/services/accounts/identity'
import { actorOfToken } from '#lib/services/accounts/session'
import type { Context } from '#lib/services/context'
import { actorOfWorkerSignature } from '#lib/services/keys/sign-in'
import { v2May, type V2Permission } from './access'

/**
 * Who calls: by what a worker signed, else by a token of the identity provider or our own (zimfarm.md §17.1, §17.2). Another scheme than Bearer counts as no
 * header at all; a bad Bearer is refused, also where nobody need be known.
 * @throws CroftError unauthenticated
 */
export async function actorOf(ctx: Context, request: Request): Promise<Actor> {
  const [, token] = /^Bearer(?:\s+(.*))?$/i.exec(request.headers.get('authorization')?.trim() ?? '') ?? [null, null]
  if (token === null) return ANONYMOUS
  if (token === undefined || token === '') throw new CroftError('unauthenticated', 'the token is missing')
  const actor = (await actorOfWorkerSignature(ctx, token)) ?? (await actorOfIdentity(ctx, token))
  if (actor === null && !ctx.settings.localSignIn) throw new CroftError('unauthenticated', 'token invalid')
  return actor ?? actorOfToken(ctx, token)
}

/** @throws CroftError unauthenticated */
export function requireAccount(actor: Actor): void {
  if (actor.kind === 'anonymous') throw new CroftError('unauthenticated', 'sign in first: send a Bearer token')
}

/** @throws CroftError unauthenticated, forbidden */
export function require(actor: Actor, permission: V2Permission): void {
  requireAccount(actor)
  if (!v2May(actor, permission)) throw new CroftError('forbidden', `you do not have the permission ${permission}`)
}
