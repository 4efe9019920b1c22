import type { z } from 'zod'
import { CroftError, type ErrorCode } from '#lib/core/error'

/** Our refusals as Zimfarm v1's statuses: no 403 and no 409 there (zimfarm.md §1.6). */
const STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 401,
  not_found: 404,
  conflict: 400,
  lease_lost: 400,
  too_large: 413,
  too_many_attempts: 429,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  unavailable: 503,
} as const satisfies Record<ErrorCode, number>

type Nested = { [key: string]: Nested | string[] }

/** A refusal in one of v1's shapes: E2 for bodies, E3 for queries. */
export class WireError extends Error {
  override readonly name = 'WireError'
  constructor(
    readonly shape: 'E2' | 'E3',
    readonly errors: Nested | string[],
  ) {
    super('the request does not fit')
  }
}

/** Complaints nested as the document is; list items are keyed by index, complaints about the whole are a list. */
export function nested(fields: Record<string, string[]>): Nested | string[] {
  const whole = fields['']
  if (whole !== undefined) return whole
  const branch = () => Object.create(null) as Nested
  const tree = branch()
  for (const [path, why] of Object.entries(fields)) {
    const parts = path.split('\u0000')
    const last = parts.pop() ?? ''
    let at = tree
    for (const part of parts) {
      const inner = at[part]
      at = at[part] = inner === undefined || Array.isArray(inner) ? branch() : inner
    }
    at[last] = why
  }
  return tree
}

/** Checks a value; the complaints come in the given shape. */
export function check<T extends z.ZodType>(shape: 'E2' | 'E3', schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  // Without a prototype: a client may call its fields `constructor` or `__proto__`.
  const fields = Object.create(null) as Record<string, string[]>
  for (const issue of result.error.issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
    for (const path of keys) {
      const key = path.map(String).join('\u0000')
      fields[key] = [...(fields[key] ?? []), issue.code === 'unrecognized_keys' ? 'Unknown field.' : issue.message]
    }
  }
  throw new WireError(shape, nested(fields))
}

export const simple = (status: number, error: string) => Response.json({ error }, { status })

/** Any error as v1 words it; what is no refusal is not ours to word here and is thrown on. */
export function toResponse(error: unknown): Response {
  if (error instanceof WireError) {
    return error.shape === 'E2'
      ? Response.json({ error: 'Invalid Request JSON', error_description: error.errors }, { status: 400 })
      : Response.json({ message: error.errors }, { status: 400 })
  }
  if (!(error instanceof CroftError)) throw error
  return simple(STATUS[error.code], error.message)
}

/** Zimfarm's own words for what is not there (zimfarm.md §1.6). */
export async function orNotFound<T>(words: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof CroftError && error.code === 'not_found' ? new CroftError('not_found', words) : error
  }
}
