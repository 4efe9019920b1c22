import type { Route as AnyRoute } from '../router'
import type { V2Permission } from './access'

export { nothing, ok, type Call } from '../router'

/**
 * `open`: nobody looks who calls, e.g. at a sign-in with a token that is over. `optional`: the caller may be nobody, but a
 * bad token is refused. `token`: any account. Else the permission.
 */
export type Access = 'open' | 'optional' | 'token' | V2Permission
/** No path ends with a slash. */
export type Route = AnyRoute<Access>
