import type { ErrorBody } from '#lib/contract/shared'
import { type CroftError, type ErrorCode } from '#lib/core/error'

const STATUS: Record<ErrorCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  lease_lost: 409,
  too_large: 413,
  too_many_attempts: 429,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  unavailable: 503,
}
export const statusOf = (code: ErrorCode) => STATUS[code]

/** The answer of our own API to a refusal. */
export function errorResponse(error: CroftError, requestId?: string): Response {
  const body: ErrorBody = {
    error: {
      code: error.code,
      message: error.message,
      ...(Object.keys(error.fields).length > 0 && { fields: error.fields }),
      requestId,
    },
  }
  const headers: Record<string, string> = {}
  if (error.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer'
  if (error.code === 'too_many_attempts') headers['retry-after'] = '900'
  return Response.json(body, { status: STATUS[error.code], headers })
}
