import type { Db, Prisma, Tx } from './client'
import { sqlOf } from './sql'

// Every request asks for these: one statement each.
type Account = { id: string; username: string; role: string; scope: Prisma.JsonValue; deletedAt: Date | null }
type Credential = { id: string; expiresAt: Date | null; revokedAt: Date | null; account: Account }
type Flat = Omit<Credential, 'account'> & { accountId: string } & Omit<Account, 'id'>

const COLUMNS = `c.id, c.expires_at AS "expiresAt", c.revoked_at AS "revokedAt", a.id AS "accountId", a.username, a.role, a.scope,
  a.deleted_at AS "deletedAt"`
function folded<T extends Flat>(row: T | undefined): (T & Credential) | null {
  if (row === undefined) return null
  const { accountId: id, username, role, scope, deletedAt } = row
  return { ...row, account: { id, username, role, scope, deletedAt } }
}

/** An API token and its account, by the token's SHA-256. */
export async function tokenRow(
  db: Db | Tx,
  tokenHash: string,
): Promise<(Credential & { lastUsedAt: Date | null }) | null> {
  const [row] = await sqlOf(db)<Flat & { lastUsedAt: Date | null }>({
    name: 'api_token',
    text: `SELECT ${COLUMNS}, c.last_used_at AS "lastUsedAt" FROM api_token c JOIN account a ON a.id = c.account_id WHERE c.token_hash = $1`,
    values: [tokenHash],
  })
  return folded(row)
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
