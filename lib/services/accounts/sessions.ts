import { CroftError } from '#lib/core/error'
import { demand, transaction, type Context, type ReadContext } from '../context'
import { appendEvent } from '../events/append'
import { keyDate, pageFrom, unpackKey, type Page } from '../page'
import { accountByName, guardAdmin, isSelf } from './manage'

export type SessionView = {
  id: string
  username: string
  /** browser, api or zimfarm */
  kind: string
  userAgent: string | null
  address: string | null
  createdAt: Date
  lastSeenAt: Date
  expiresAt: Date
  /** The one that asks. */
  own: boolean
}

/** Living sessions, of one account or of all, the latest sign-in first; pages by key. */
export async function listSessions(
  ctx: ReadContext,
  input: { username?: string; after?: string; limit: number },
): Promise<Page<SessionView>> {
  const { username } = input
  if (username === undefined || !isSelf(ctx, username)) demand(ctx, 'users.read')
  const accountId = username === undefined ? undefined : (await accountByName(ctx, username)).id
  const [at, id] = input.after === undefined ? [] : unpackKey(input.after, 2)
  const before = at === undefined ? undefined : keyDate(at)
  const rows = await ctx.db.session.findMany({
    where: {
      revokedAt: null,
      expiresAt: { gt: ctx.now() },
      account: { deletedAt: null },
      ...(accountId !== undefined && { accountId }),
      ...(before !== undefined && {
        OR: [{ createdAt: { lt: before } }, { createdAt: before, id: { gt: String(id) } }],
      }),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    take: input.limit + 1,
    include: { account: { select: { username: true } } },
  })
  const own = ctx.actor.kind === 'account' ? ctx.actor.sessionId : null
  return pageFrom(
    rows,
    input.limit,
    (row) => [row.createdAt.toISOString(), row.id],
    (row) => ({
      id: row.id,
      username: row.account.username,
      kind: row.kind,
      userAgent: row.userAgent,
      address: row.address,
      createdAt: row.createdAt,
      lastSeenAt: row.lastSeenAt,
      expiresAt: row.expiresAt,
      own: row.id === own,
    }),
  )
}

/**
 * Ends sessions of an account: one, or all but the one that asks. What still uses them must sign in again.
 * @throws CroftError not_found when the one is no living session of the account
 */
export async function endSessions(ctx: Context, username: string, sessionId: string | null): Promise<number> {
  const self = isSelf(ctx, username)
  if (!self) demand(ctx, 'users.update')
  const own = ctx.actor.kind === 'account' ? ctx.actor.sessionId : null
  return transaction(ctx, async (tx) => {
    const account = await accountByName(tx, username)
    if (!self) guardAdmin(tx, account)
    const { count } = await tx.db.session.updateMany({
      where: {
        accountId: account.id,
        revokedAt: null,
        ...(sessionId !== null ? { id: sessionId } : own !== null && { id: { not: own } }),
      },
      data: { revokedAt: tx.now(), refreshHash: null },
    })
    if (count === 0 && sessionId !== null)
      throw new CroftError('not_found', `${username} has no such session, or it has ended already`)
    if (count > 0) await appendEvent(tx, { kind: 'account.sessions_ended', data: { username, sessions: count } })
    return count
  })
}
