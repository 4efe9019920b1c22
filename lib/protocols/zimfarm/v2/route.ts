import type { Route as AnyRoute } from '../router'
import type { V2Permission } from './access'

export { nothing, ok, type Call } from '../router'

/** `optional`: the caller may be nobody. `token`: any account. Else the permission. */
export type Access = 'optional' | 'token' | V2Permission
/** No path ends with a slash. */
export type Route = AnyRoute<Access>
