import { CroftError } from '#lib/core/error'

/** A page by key: `next` is opaque to callers, and null on the last page. */
export type Page<T> = { items: T[]; next: string | null }

/** Packs the key of a page's last row. */
export const packKey = (key: unknown[]): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/** @throws CroftError invalid when it is not a key of `length` texts or numbers */
export function unpackKey(packed: string, length: number): (string | number)[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(packed, 'base64url').toString())
    if (
      Array.isArray(key) &&
      key.length === length &&
      key.every((part) => typeof part === 'string' || typeof part === 'number')
    )
      return key
  } catch {
    throw badKey()
  }
  throw badKey()
}
const badKey = () =>
  new CroftError('invalid', '`after` must be the `next` of the page before', { after: ['is not the `next` of a page'] })

/** A date within a key. */
export function keyDate(part: string | number | undefined): Date {
  const date = new Date(part ?? '')
  if (Number.isNaN(date.getTime())) throw badKey()
  return date
}

/** A page of `limit` from `limit + 1` rows. */
export function pageFrom<Row, T>(
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => unknown[],
  make: (row: Row) => T,
): Page<T> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(make), next: rows.length > limit && last !== undefined ? packKey(keyOf(last)) : null }
}
