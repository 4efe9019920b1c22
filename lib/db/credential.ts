import type { Db, Prisma, Tx } from './client'
import { sqlOf } from './sql'

// Every request asks for these: one statement each.
/** `open`: neither deleted nor disabled. */
type Account = { id: string; username: string; role: string; scope: Prisma.JsonValue; open: boolean }
type Credential = { id: string; expiresAt: Date | null; revokedAt: Date | null; account: Account }
type Token = { lastUsedAt: Date | null; scope: unknown; workerName: string | null }
type Flat = Omit<Credential, 'account'> & { accountId: string } & Omit<Account, 'id'>

const COLUMNS = `c.id, c.expires_at AS "expiresAt", c.revoked_at AS "revokedAt", a.id AS "accountId", a.username, a.role, a.scope,
  a.deleted_at IS NULL AND a.disabled_at IS NULL AS open`
function folded<T extends Flat>(row: T | undefined): (T & Credential) | null {
  if (row === undefined) return null
  const { accountId: id, username, role, scope, open } = row
  return { ...row, account: { id, username, role, scope, open } }
}

/** An API token and its account, by the token's SHA-256. */
export async function tokenRow(db: Db | Tx, tokenHash: string): Promise<(Credential & Token) | null> {
  const [row] = await sqlOf(db)<Flat & { tokenScope: unknown } & Omit<Token, 'scope'>>({
    name: 'api_token',
    text: `SELECT ${COLUMNS}, c.last_used_at AS "lastUsedAt", c.scope AS "tokenScope", c.worker_name AS "workerName" FROM api_token c JOIN account a ON a.id = c.account_id WHERE c.token_hash = $1`,
    values: [tokenHash],
  })
  const found = folded(row)
  return found === null ? null : { ...found, scope: found.tokenScope }
}

/** A session and its account; it always ends some time. */
export async function sessionRow(db: Db | Tx, id: string): Promise<(Credential & { expiresAt: Date }) | null> {
  const [row] = await sqlOf(db)<Flat & { expiresAt: Date }>({
    name: 'session',
    text: `SELECT ${COLUMNS} FROM session c JOIN account a ON a.id = c.account_id WHERE c.id = $1`,
    values: [id],
  })
  return folded(row)
}

/** Notes that an API token was used; whoever finds another noting it just now leaves it at that. */
export async function noteUse(db: Db | Tx, tokenId: string, now: Date): Promise<void> {
  await sqlOf(db)({
    name: 'api_token_used',
    text: `UPDATE api_token SET last_used_at = $2
      WHERE id = (SELECT id FROM api_token WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED)`,
    values: [tokenId, now],
  })
}
