import type { z } from 'zod'
import type { Route as AnyRoute } from '../router'
import type { V1Permission } from './access'
import type { Wire } from './wire'

export { nothing, ok, type Call } from '../router'

/** `optional`: the caller may be nobody. `token`: any valid one. Else the permission. */
export type Access = 'optional' | 'token' | V1Permission
/** A collection's path ends with a slash. */
export type Route = AnyRoute<Access> & {
  /** For the described API. */
  summary: string
  takes?: { query?: Taken; body?: Taken }
}
/** Some schemas follow the catalogue of offliners. */
type Taken = z.ZodType | ((wire: Wire) => z.ZodType)
