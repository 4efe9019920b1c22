import type { Context } from '#lib/services/context'
import type { V1Permission } from './access'

export type Call = {
  ctx: Context
  request: Request
  /** The path's parameters, decoded. */
  params: string[]
  /** The query: lists where the key may be repeated. */
  query: Record<string, string | string[]>
  /** The JSON body. @throws a refusal when it is none */
  body: () => Promise<unknown>
}

/** `optional`: the caller may be nobody. `token`: any valid one. Else the permission. */
export type Access = 'optional' | 'token' | V1Permission
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `:id` and `:name` stand for one segment; a collection ends with a slash. */
  path: string
  access: Access
  handle: (call: Call) => Promise<Response>
}

export const ok = (body: unknown, status = 200) => Response.json(body, { status })
export const nothing = (status: 204 | 404 | 400) => new Response(null, { status })
