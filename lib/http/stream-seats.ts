import { CroftError } from '#lib/core/error'
import type { Actor } from '#lib/core/access'

/** How many live streams one account, and one address without account, may have open in this process. */
export const SEATS = { account: 40, address: 20 } as const

const shared = globalThis as typeof globalThis & { croftStreamSeats?: Map<string, number> }
const taken = () => (shared.croftStreamSeats ??= new Map<string, number>())

/**
 * Takes a seat for a live stream; call what it returns when the stream ends.
 * @throws CroftError too_many_attempts
 */
export function takeSeat(actor: Actor, address: string | null): () => void {
  const account = actor.kind === 'account'
  const key = account ? `account ${actor.accountId}` : `address ${address ?? 'unknown'}`
  const limit = account ? SEATS.account : SEATS.address
  const seats = taken()
  const held = seats.get(key) ?? 0
  if (held >= limit)
    throw new CroftError(
      'too_many_attempts',
      `${account ? 'your account' : 'your address'} has ${limit} live streams open already: close some browsers${account ? '' : ', or sign in'}, and try again`,
    )
  seats.set(key, held + 1)
  let over = false
  return () => {
    if (over) return
    over = true
    const left = (seats.get(key) ?? 1) - 1
    if (left === 0) seats.delete(key)
    else seats.set(key, left)
  }
}
