import { effectiveScope, type Scope } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { isUniqueViolation, type Prisma } from '#lib/db/client'
import { accountByName, guardAdmin, isSelf, type AccountRow } from '../accounts/manage'
import { demand, transaction, type Context, type ReadContext } from '../context'
import { appendEvent } from '../events/append'
import { parsePublicKey, readFingerprint, type KeyType } from './parse'

export type KeyRow = Prisma.SshKeyGetPayload<object>
/** A signature is tried against each of them. */
const MOST_KEYS = 50

const isDuplicate = () => new CroftError('conflict', 'the account has this key already', { key: ['is there already'] })

/** Whose keys: one's own, or anybody's for those who may (zimfarm.md §3). */
function mayManage(ctx: ReadContext, username: string): void {
  if (!isSelf(ctx, username)) demand(ctx, 'workers.ssh_keys')
}

/**
 * Adds a public key to an account; its workers sign in with it.
 * @throws CroftError forbidden; not_found; invalid when it is no key of the allowed types; conflict when it is there already
 */
export async function addKey(
  ctx: Context,
  input: { username: string; name?: string; key: string; types?: readonly KeyType[] },
): Promise<KeyRow> {
  mayManage(ctx, input.username)
  const { comment, ...key } = parsePublicKey(input.key)
  if (input.types?.includes(key.type) === false)
    throw new CroftError('invalid', `only ${input.types.join(', ')} keys can be used here`)
  try {
    return await transaction(ctx, async (tx) => {
      const account = await accountByName(tx, input.username)
      guardAdmin(tx, account)
      const count = await tx.db.sshKey.count({ where: { accountId: account.id } })
      if (count >= MOST_KEYS) throw new CroftError('invalid', `an account has ${MOST_KEYS} keys at most: remove one`)
      const row = await tx.db.sshKey.create({
        data: { ...key, accountId: account.id, name: input.name ?? comment ?? key.type, addedAt: tx.now() },
      })
      await appendEvent(tx, {
        kind: 'account.key_added',
        data: { username: account.username, name: row.name, fingerprint: `SHA256:${row.sha256}` },
      })
      return row
    })
  } catch (error) {
    throw isUniqueViolation(error) ? isDuplicate() : error
  }
}

/** The keys of an account, oldest first. */
export async function listKeys(ctx: ReadContext, username: string): Promise<KeyRow[]> {
  mayManage(ctx, username)
  const account = await accountByName(ctx, username)
  return keysOf(ctx, account.id)
}

export const keysOf = (ctx: ReadContext, accountId: string): Promise<KeyRow[]> =>
  ctx.db.sshKey.findMany({ where: { accountId }, orderBy: [{ addedAt: 'asc' }, { id: 'asc' }] })

/** Removes a key by either of its fingerprints. @throws CroftError not_found */
export async function removeKey(ctx: Context, username: string, fingerprint: string): Promise<void> {
  mayManage(ctx, username)
  const which = readFingerprint(fingerprint)
  await transaction(ctx, async (tx) => {
    const account = await accountByName(tx, username)
    guardAdmin(tx, account)
    const { count } =
      which === null ? { count: 0 } : await tx.db.sshKey.deleteMany({ where: { accountId: account.id, ...which } })
    if (count === 0) throw new CroftError('not_found', `${username} has no key ${fingerprint}`)
    await appendEvent(tx, { kind: 'account.key_removed', data: { username, fingerprint } })
  })
}

export type FoundKey = { key: KeyRow; account: AccountRow }

/**
 * The key with a fingerprint, of one account or (`username` null) of anybody's; public, for gates that let uploads in.
 * Where several accounts have the key, one that `may` is chosen.
 * @throws CroftError not_found; forbidden when it has none of an account that `may`
 */
export async function findKey(
  ctx: ReadContext,
  input: { fingerprint: string; username: string | null; worker?: string },
  may: (account: { role: string; scope: Scope }) => boolean = () => true,
): Promise<FoundKey> {
  const which = readFingerprint(input.fingerprint)
  const rows =
    which === null
      ? []
      : await ctx.db.sshKey.findMany({
          where: {
            ...which,
            account: {
              deletedAt: null,
              disabledAt: null,
              ...(input.username !== null && { username: input.username }),
              ...(input.worker !== undefined && { workers: { some: { name: input.worker, deletedAt: null } } }),
            },
          },
          include: { account: true },
          orderBy: [{ addedAt: 'asc' }, { id: 'asc' }],
        })
  if (rows.length === 0) throw new CroftError('not_found', `there is no key ${input.fingerprint}`)
  const found = rows.find(({ account: { role, scope } }) => may({ role, scope: effectiveScope(role, scope as Scope) }))
  if (found === undefined) throw new CroftError('forbidden', "the key's account lacks a permission that is asked for")
  const { account, ...key } = found
  return { key, account }
}
