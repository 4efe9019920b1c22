import type { z } from 'zod'
import type { Permission } from '#lib/core/access'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Shape = z.ZodType | undefined

/** One call of Croft's own API: what is checked, what is documented and what the client sends are this one value. */
export type Endpoint<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  B extends Shape = Shape,
  R extends Shape = Shape,
> = {
  method: Method
  /** Below /api/farm, e.g. `/tasks/{id}`. */
  path: `/${string}`
  tag: string
  summary: string
  description?: string
  /** Who may call it: everybody, whoever is signed in, or whoever has the permission. */
  access: 'public' | 'signed_in' | Permission
  params?: P
  query?: Q
  body?: B
  /** The body of the good answer; left out for an empty one (204) or for raw bytes (`media`). */
  response?: R
  status?: 200 | 201 | 202 | 204
  /** Media type of a raw request or answer that is no JSON. */
  requestMedia?: string
  responseMedia?: string
}

export function endpoint<
  P extends Shape = undefined,
  Q extends Shape = undefined,
  B extends Shape = undefined,
  R extends Shape = undefined,
>(definition: Endpoint<P, Q, B, R>): Endpoint<P, Q, B, R> {
  return definition
}

type Given<S> = Exclude<S, undefined>
export type Input<S> = [Given<S>] extends [never]
  ? undefined
  : [Given<S>] extends [z.ZodType]
    ? z.input<Given<S>>
    : undefined
export type Output<S> = [Given<S>] extends [never]
  ? undefined
  : [Given<S>] extends [z.ZodType]
    ? z.output<Given<S>>
    : undefined
