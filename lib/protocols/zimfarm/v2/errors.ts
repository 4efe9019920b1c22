import type { z } from 'zod'
import { CroftError, type ErrorCode } from '#lib/core/error'

/** Our refusals as v2's statuses (zimfarm.md §16). */
const STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  lease_lost: 409,
  too_large: 413,
  too_many_attempts: 429,
  unsupported_media_type: 422,
  range_not_satisfiable: 416,
  unavailable: 503,
} as const satisfies Record<ErrorCode, number>

/** What does not fit, keyed by the last part of its place alone. */
export class WireError extends Error {
  override readonly name = 'WireError'
  constructor(readonly errors: Record<string, string[]>) {
    super('the request does not fit')
  }
}

/** A bad request that is no matter of form, e.g. recipes that cannot be requested. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
  constructor(
    message: string,
    readonly errors: Record<string, string> | null = null,
  ) {
    super(message)
  }
}

/** Without a prototype: a client may call its fields `constructor` or `__proto__`. */
const collected = () => Object.create(null) as Record<string, string[]>

/** Checks a value; a complaint about the whole stands under `body`. @throws WireError */
export function check<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors = collected()
  for (const issue of result.error.issues) {
    const key = String(issue.path.at(-1) ?? 'body')
    errors[key] = [...(errors[key] ?? []), issue.message]
  }
  throw new WireError(errors)
}

/** Our complaints by path, e.g. `config.params.title`, as v2 keys them. */
export function wireErrors(fields: Record<string, string[]>): Record<string, string[]> {
  const errors = collected()
  for (const [path, why] of Object.entries(fields)) {
    const key =
      (path.startsWith('config.params.') ? path.slice('config.params.'.length) : path.split('.').at(-1)) || 'body'
    errors[key] = [...(errors[key] ?? []), ...why]
  }
  return errors
}

export const failure = (status: number, message: string, errors?: unknown, headers?: HeadersInit) =>
  Response.json({ success: false, message, ...(errors !== undefined && { errors }) }, { status, headers })

/** Any refusal as v2 words it; what is none is not ours to word here and is thrown on. */
export function toResponse(error: unknown): Response {
  if (error instanceof WireError) return failure(422, error.message, error.errors)
  if (error instanceof BadRequest) return failure(400, error.message, error.errors)
  if (!(error instanceof CroftError)) throw error
  if (error.code === 'invalid' && Object.keys(error.fields).length > 0)
    return failure(422, error.message, wireErrors(error.fields))
  const headers: Record<string, string> = {}
  if (error.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer'
  if (error.code === 'too_many_attempts') headers['retry-after'] = '900'
  return failure(STATUS[error.code], error.message, error.code === 'invalid' ? null : undefined, headers)
}

/** v2's own words for what is not there. */
export async function orNotFound<T>(words: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof CroftError && error.code === 'not_found' ? new CroftError('not_found', words) : error
  }
}
