import { UUID } from '#lib/core/id'
import { createHash, createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { effectiveScope, within, type Actor, type Scope } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import type { Prisma } from '#lib/db/client'
import { noteUse, sessionRow, tokenRow } from '#lib/db/credential'
import type { Context, ReadContext, TxContext } from '../context'

export type SessionKind = 'browser' | 'api' | 'zimfarm'
export type AccountActor = Extract<Actor, { kind: 'account' }>
export type Tokens = {
  accessToken: string
  expiresAt: Date
  refreshToken: string
  sessionId: string
  actor: AccountActor
}

const ACCESS_SECONDS = 24 * 60 * 60
/** As Zimfarm's refresh tokens (zimfarm.md §2.2). */
const REFRESH_DAYS = 30
/** How a door dresses its access tokens: who issues them and what they tell besides the session. */
export type TokenFormat = {
  issuer: 'croft' | 'dispatcher' | 'zimfarm_backend'
  claims: (account: AccountRow) => Record<string, unknown>
}
const OWN_FORMAT: TokenFormat = { issuer: 'croft', claims: () => ({}) }
const ISSUERS: TokenFormat['issuer'][] = ['croft', 'dispatcher', 'zimfarm_backend']
export const API_TOKEN_PREFIX = 'croft_'

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const keys = new Map<string, KeyObject>()
function keyOf(secret: string): KeyObject {
  const known = keys.get(secret)
  if (known !== undefined) return known
  const key = createSecretKey(secret, 'utf8')
  keys.set(secret, key)
  return key
}
type AccountFacts = Pick<AccountRow, 'id' | 'username' | 'role' | 'scope'>
export type AccountRow = Prisma.AccountGetPayload<object>

export const accountActor = (account: AccountFacts, sessionId: string | null): AccountActor => ({
  kind: 'account',
  accountId: account.id,
  username: account.username,
  role: account.role,
  scope: effectiveScope(account.role, account.scope as Scope),
  sessionId,
})

/** Whom an API token speaks for: its account, or less of it where the token is limited. */
function tokenActor(account: AccountFacts, { scope, workerName }: { scope: unknown; workerName: string | null }) {
  const actor = accountActor(account, null)
  if (scope === null && workerName === null) return actor
  const limited = scope === null ? actor.scope : within(actor.scope, scope as Scope)
  return { ...actor, scope: limited, limits: { worker: workerName } }
}

/** Opens a session with its first tokens. A Zimfarm client's refresh token is a UUID (zimfarm.md §2.1). */
export async function openSession(
  tx: TxContext,
  account: AccountRow,
  input: { kind: SessionKind; userAgent?: string | null; ip?: string | null; format?: TokenFormat },
): Promise<Tokens> {
  const sessionId = randomUUID()
  const refreshToken = input.kind === 'zimfarm' ? randomUUID() : randomBytes(32).toString('base64url')
  const now = tx.now()
  await tx.db.session.create({
    data: {
      id: sessionId,
      accountId: account.id,
      kind: input.kind,
      userAgent: input.userAgent?.slice(0, 300),
      address: input.ip?.slice(0, 100),
      createdAt: now,
      lastSeenAt: now,
      expiresAt: new Date(now.getTime() + REFRESH_DAYS * 86_400_000),
      refreshHash: sha256(refreshToken),
    },
  })
  return {
    ...(await accessToken(tx, account, sessionId, input.format)),
    refreshToken,
    sessionId,
    actor: accountActor(account, sessionId),
  }
}

/** Whatever else it tells, a token names its session, so that it can be revoked. */
async function accessToken(
  ctx: ReadContext,
  account: AccountRow,
  sessionId: string,
  format: TokenFormat = OWN_FORMAT,
): Promise<{ accessToken: string; expiresAt: Date }> {
  const iat = Math.floor(ctx.now().getTime() / 1000)
  const exp = iat + ACCESS_SECONDS
  const token = await new SignJWT({ ...format.claims(account), sid: sessionId })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(format.issuer)
    .setIssuedAt(iat)
    .setExpirationTime(exp)
    .sign(keyOf(ctx.settings.secret))
  return { accessToken: token, expiresAt: new Date(exp * 1000) }
}

/**
 * New tokens for a refresh token. It serves once, also when it comes five times at once.
 * @throws CroftError unauthenticated
 */
export async function refreshSession(ctx: Context, refreshToken: string, format?: TokenFormat): Promise<Tokens> {
  const now = ctx.now()
  const next = /^[0-9a-f-]{36}$/i.test(refreshToken) ? randomUUID() : randomBytes(32).toString('base64url')
  const [session] = await ctx.db.session.updateManyAndReturn({
    where: {
      refreshHash: sha256(refreshToken),
      revokedAt: null,
      expiresAt: { gt: now },
      account: { deletedAt: null, disabledAt: null },
    },
    data: {
      refreshHash: sha256(next),
      lastSeenAt: now,
      expiresAt: new Date(now.getTime() + REFRESH_DAYS * 86_400_000),
    },
  })
  if (session === undefined)
    throw new CroftError('unauthenticated', 'the refresh token is unknown, used or expired: sign in again')
  const account = await ctx.db.account.findUniqueOrThrow({ where: { id: session.accountId } })
  return {
    ...(await accessToken(ctx, account, session.id, format)),
    refreshToken: next,
    sessionId: session.id,
    actor: accountActor(account, session.id),
  }
}

/**
 * Who a bearer token speaks for: an access token of a living session, or an API token.
 * @throws CroftError unauthenticated, with the message `token expired` or `token invalid`
 */
export async function actorOfToken(ctx: ReadContext, token: string): Promise<AccountActor> {
  const now = ctx.now()
  if (token.startsWith(API_TOKEN_PREFIX)) {
    const row = await tokenRow(ctx.db, sha256(token))
    const valid = row !== null && row.revokedAt === null && (row.expiresAt === null || row.expiresAt > now)
    if (!valid || !row.account.open) throw new CroftError('unauthenticated', 'token invalid')
    if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() > 60_000) {
      await noteUse(ctx.db, row.id, now)
    }
    return tokenActor(row.account, row)
  }
  const sessionId = await sessionOfJwt(ctx, token)
  return actorOfSession(ctx, sessionId)
}

async function sessionOfJwt(ctx: ReadContext, token: string): Promise<string> {
  try {
    const { payload } = await jwtVerify(token, keyOf(ctx.settings.secret), {
      algorithms: ['HS256'],
      issuer: ISSUERS,
      currentDate: ctx.now(),
    })
    if (typeof payload.sid === 'string') return payload.sid
  } catch (error) {
    throw new CroftError('unauthenticated', error instanceof errors.JWTExpired ? 'token expired' : 'token invalid')
  }
  throw new CroftError('unauthenticated', 'token invalid')
}

/** Who a session speaks for. @throws CroftError unauthenticated when it was revoked or has expired */
export async function actorOfSession(ctx: ReadContext, sessionId: string): Promise<AccountActor> {
  const session = UUID.test(sessionId) ? await sessionRow(ctx.db, sessionId) : null
  if (session === null || session.revokedAt !== null || session.expiresAt <= ctx.now() || !session.account.open) {
    throw new CroftError('unauthenticated', 'token invalid')
  }
  return accountActor(session.account, session.id)
}

/** Ends a session: its access token, its refresh token and its browser cookie are worth nothing from now on. */
export async function revokeSession(ctx: Context, sessionId: string): Promise<void> {
  await ctx.db.session.updateMany({
    where: { id: sessionId, revokedAt: null },
    data: { revokedAt: ctx.now(), refreshHash: null },
  })
}
