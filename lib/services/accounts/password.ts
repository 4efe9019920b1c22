import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt)
/** As strong as OWASP asks of scrypt, with 32 MiB at a time. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }
const PREFIX = ['scrypt', COST.N, COST.r, COST.p, ''].join('$')

/** Whether a stored password was hashed at another cost than today's. */
export const isOutdated = (stored: string | null) => stored !== null && !stored.startsWith(PREFIX)

/** `scrypt$N$r$p$salt$hash`; slow by intent. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, 32, COST)
  return `${PREFIX}${salt.toString('base64')}$${hash.toString('base64')}`
}

const NOBODY = `${PREFIX}${Buffer.alloc(16).toString('base64')}$${Buffer.alloc(32).toString('base64')}`

/** Takes as long for an account that does not exist (null) as for one that does. */
export async function passwordMatches(password: string, stored: string | null): Promise<boolean> {
  const [, N, r, p, salt, hash] = (stored ?? NOBODY).split('$')
  const expected = Buffer.from(hash ?? '', 'base64')
  const cost = { N: Number(N), r: Number(r), p: Number(p), maxmem: COST.maxmem }
  const actual = await derive(password, Buffer.from(salt ?? '', 'base64'), expected.length, cost)
  return timingSafeEqual(actual, expected) && stored !== null
}
