import type { Context } from '../context'
import { inBatches } from '../periodic/batches'
import type { Did, GoOn } from '../periodic/job'

const BATCH = 1_000
/** How long what no longer opens anything stays to be looked at. */
const SESSION_DAYS = 7
const TOKEN_DAYS = 30

/** Deletes sessions and tokens that have long expired or were revoked, and sign-in failures that no longer count. */
export async function cleanUpCredentials(ctx: Context, goOn: GoOn): Promise<Did> {
  const before = (days: number) => new Date(ctx.now().getTime() - days * 86_400_000)
  const sessions = await inBatches(
    goOn,
    BATCH,
    (limit) => ctx.db.$executeRaw`
      DELETE FROM session WHERE id IN (
        SELECT id FROM session WHERE expires_at < ${before(SESSION_DAYS)} OR revoked_at < ${before(SESSION_DAYS)} LIMIT ${limit}
      )`,
  )
  const tokens = await inBatches(
    goOn,
    BATCH,
    (limit) => ctx.db.$executeRaw`
      DELETE FROM api_token WHERE id IN (
        SELECT id FROM api_token WHERE expires_at < ${before(TOKEN_DAYS)} OR revoked_at < ${before(TOKEN_DAYS)} LIMIT ${limit}
      )`,
  )
  const failures = await inBatches(
    goOn,
    BATCH,
    (limit) => ctx.db.$executeRaw`
      DELETE FROM sign_in_failure WHERE key IN (
        SELECT key FROM sign_in_failure WHERE window_end < ${ctx.now()} LIMIT ${limit}
      )`,
  )
  return { sessions, tokens, failures }
}
