/** What went wrong, in words that every door translates into its own bodies. */
export const ERROR_CODES = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'lease_lost',
  'too_large',
  'too_many_attempts',
  'unsupported_media_type',
  'range_not_satisfiable',
  'unavailable',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/** Complaints by field path, e.g. `{ 'config.params.title': ['is longer than 30 characters'] }`. */
export type FieldErrors = Record<string, string[]>

/** A refusal that a person can act on. `message` says what to do and holds no secret. */
export class CroftError extends Error {
  override readonly name = 'CroftError'
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly fields: FieldErrors = {},
  ) {
    super(message)
  }
}
