import { createHash } from 'node:crypto'
import { allows, type Actor } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { accountActor } from '../accounts/session'
import type { ReadContext } from '../context'
import { findKey } from './manage'

/**
 * Who a public key (its OpenSSH blob) speaks for when it uploads: the account that it was added to first, of those that
 * may. The user name that the client gives says nothing (zimfarm.md §4.8). Null when no account has it.
 */
export async function uploaderOfKey(
  ctx: ReadContext,
  blob: Buffer,
): Promise<Extract<Actor, { kind: 'account' }> | null> {
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
  try {
    const { account } = await findKey(ctx, { fingerprint, username: null }, ({ scope }) => allows(scope, 'zim.upload'))
    return accountActor(account, null)
  } catch (error) {
    if (error instanceof CroftError) return null
    throw error
  }
}
