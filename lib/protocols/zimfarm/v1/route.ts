import type { Route as AnyRoute } from '../router'
import type { V1Permission } from './access'

export { nothing, ok, type Call } from '../router'

/** `optional`: the caller may be nobody. `token`: any valid one. Else the permission. */
export type Access = 'optional' | 'token' | V1Permission
/** A collection's path ends with a slash. */
export type Route = AnyRoute<Access>
