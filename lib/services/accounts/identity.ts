import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { CroftError } from '#lib/core/error'
import type { Context } from '../context'
import type { IdentityProvider } from '../settings'
import { createAccount } from './create'
import { accountActor, type AccountActor } from './session'

/** Asymmetric ones only: the provider's keys are public. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const REQUIRED = ['exp', 'iat', 'iss', 'sub', 'aud']
const TIMEOUT_MS = 5_000

/** Keys are kept for some minutes, and asked for again when a token names one that is not among them. */
const keySets = new Map<string, JWTVerifyGetKey>()
function keysOf(uri: string): JWTVerifyGetKey {
  const known = keySets.get(uri) ?? createRemoteJWKSet(new URL(uri), { timeoutDuration: TIMEOUT_MS })
  keySets.set(uri, known)
  return known
}

/**
 * Who a token of the identity provider speaks for (zimfarm.md §17.1); null when it is none of the provider's. An account is found
 * by the token's subject; one that is unknown is made as a viewer, where the farm does so and the token tells a name.
 * @throws CroftError unauthenticated; unavailable when the provider's keys cannot be had
 */
export async function actorOfIdentity(ctx: Context, token: string): Promise<AccountActor | null> {
  const { identity } = ctx.settings
  if (identity === null || issuerOf(token) !== identity.issuer) return null
  const claims = await verified(ctx, identity, token)
  const { sub: subject = '' } = claims
  if (claims.client_id !== subject && !secondFactor(claims))
    throw new CroftError('unauthenticated', 'sign in with a second factor: the token tells of none')
  const name = typeof claims.name === 'string' ? claims.name.trim().slice(0, 200) : ''
  const account = (await find(ctx, subject)) ?? (await make(ctx, identity, subject, name))
  if (account.deletedAt !== null || account.disabledAt !== null)
    throw new CroftError('unauthenticated', 'token invalid')
  if (name !== '' && name !== account.displayName)
    await ctx.db.account.update({ where: { id: account.id }, data: { displayName: name } })
  return accountActor(account, null)
}

function issuerOf(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null
  } catch {
    return null
  }
}

async function verified(ctx: Context, provider: IdentityProvider, token: string): Promise<JWTPayload> {
  const { issuer, jwksUri, audience } = provider
  try {
    const options = { issuer, audience, algorithms: ALGORITHMS, requiredClaims: REQUIRED, currentDate: ctx.now() }
    return (await jwtVerify(token, keysOf(jwksUri), options)).payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new CroftError('unauthenticated', 'token expired')
    const refused =
      error instanceof errors.JWTClaimValidationFailed ||
      error instanceof errors.JWTInvalid ||
      error instanceof errors.JWSInvalid ||
      error instanceof errors.JWSSignatureVerificationFailed ||
      error instanceof errors.JWKSNoMatchingKey ||
      error instanceof errors.JOSEAlgNotAllowed
    if (refused) throw new CroftError('unauthenticated', 'token invalid')
    ctx.log.warn({ err: error }, 'the keys of the identity provider cannot be had')
    throw new CroftError('unavailable', 'the keys of the identity provider cannot be had: try again later')
  }
}

/** Whether the person proved more than a password: the assurance level, or the methods that were used (RFC 8176). */
function secondFactor({ aal, acr, amr }: JWTPayload): boolean {
  const methods: unknown[] = Array.isArray(amr) ? amr : []
  const SECOND = ['mfa', 'otp', 'totp', 'hwk', 'webauthn', 'lookup_secret']
  return (
    [aal, acr].some((level) => level === 'aal2' || level === 'aal3') ||
    methods.some((one) => SECOND.includes(String(one)))
  )
}

const find = (ctx: Context, subject: string) => ctx.db.account.findUnique({ where: { idpSub: subject } })

async function make(ctx: Context, { createAccounts }: IdentityProvider, subject: string, name: string) {
  if (!createAccounts || name === '')
    throw new CroftError('unauthenticated', 'there is no account for this identity: ask an administrator for one')
  const account = {
    username: null,
    displayName: name,
    password: null,
    email: null,
    role: 'viewer',
    idpSub: subject,
  } as const
  await createAccount({ ...ctx, actor: { kind: 'system', username: 'identity-provider' } }, account).catch(
    (error: unknown) => {
      // Somebody with the same new token was quicker.
      if (!(error instanceof CroftError) || error.code !== 'conflict') throw error
    },
  )
  const made = await find(ctx, subject)
  if (made === null) throw new CroftError('unauthenticated', 'token invalid')
  return made
}
