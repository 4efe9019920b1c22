import { allows, PERMISSIONS, type Actor, type Namespace, type Permission, type Scope } from '#lib/core/access'
import type { TokenFormat } from '#lib/services/accounts/session'

/** v2's namespaces, and what each is called here; the permissions within have the same names (zimfarm.md §17.3). */
const NAMESPACES = {
  tasks: 'tasks',
  recipes: 'schedules',
  requested_tasks: 'requests',
  accounts: 'users',
  workers: 'workers',
  zim: 'zim',
  offliners: 'task_types',
} as const satisfies Record<string, Namespace>
type V2Namespace = keyof typeof NAMESPACES
export type V2Permission = {
  [N in V2Namespace]: `${N}.${(typeof PERMISSIONS)[(typeof NAMESPACES)[N]][number]}`
}[V2Namespace]
export type V2Scope = Record<V2Namespace, Record<string, boolean>>

const names = (namespace: V2Namespace): readonly string[] => PERMISSIONS[NAMESPACES[namespace]]
const butDelete = (namespace: V2Namespace) => names(namespace).filter((name) => name !== 'delete')
const all = Object.fromEntries(Object.keys(NAMESPACES).map((name) => [name, names(name as V2Namespace)]))

/** v2's own table of roles: narrower than ours in places, e.g. only an admin deletes recipes. */
export const V2_ROLES = {
  admin: all,
  manager: {
    tasks: ['read', 'cancel', 'secrets'],
    recipes: butDelete('recipes'),
    requested_tasks: ['read', 'create', 'delete', 'secrets'],
    accounts: names('accounts'),
    workers: ['read', 'ssh_keys'],
  },
  'editor-requester': {
    tasks: ['read', 'cancel', 'secrets'],
    recipes: butDelete('recipes'),
    requested_tasks: ['read', 'create', 'delete', 'secrets'],
  },
  editor: { recipes: butDelete('recipes') },
  worker: {
    tasks: butDelete('tasks'),
    requested_tasks: names('requested_tasks'),
    workers: ['read', 'checkin'],
    zim: names('zim'),
  },
  processor: { tasks: ['update', 'secrets'], requested_tasks: ['update', 'secrets'] },
  viewer: {},
} as const satisfies Record<string, { [N in V2Namespace]?: readonly string[] }>
export type V2Role = keyof typeof V2_ROLES
export const V2_ROLE_NAMES = Object.keys(V2_ROLES) as [V2Role, ...V2Role[]]
const isV2Role = (role: string): role is V2Role => Object.hasOwn(V2_ROLES, role)

export function isV2Permission(text: string): text is V2Permission {
  const [namespace = '', name = ''] = text.split('.')
  return Object.hasOwn(NAMESPACES, namespace) && names(namespace as V2Namespace).includes(name)
}

const split = (permission: V2Permission) => permission.split('.') as [V2Namespace, string]
const ours = (namespace: V2Namespace, name: string) => `${NAMESPACES[namespace]}.${name}` as Permission

/** A scope as v2 tells it: always every namespace with every name. */
export function v2Scope(role: string, scope: Scope): V2Scope {
  const table: { [N in V2Namespace]?: readonly string[] } | null = isV2Role(role) ? V2_ROLES[role] : null
  const granted = (namespace: V2Namespace, name: string) =>
    table === null ? allows(scope, ours(namespace, name)) : (table[namespace] ?? []).includes(name)
  return Object.fromEntries(
    (Object.keys(NAMESPACES) as V2Namespace[]).map((namespace) => [
      namespace,
      Object.fromEntries(names(namespace).map((name) => [name, granted(namespace, name)])),
    ]),
  ) as V2Scope
}

/** A scope that somebody wrote by hand, in our words; what is not named is not allowed. */
export function fromV2Scope(wire: { [N in V2Namespace]?: Record<string, boolean> }): Scope {
  return Object.fromEntries(
    (Object.keys(wire) as V2Namespace[]).map((namespace) => [
      NAMESPACES[namespace],
      Object.fromEntries(names(namespace).map((name) => [name, wire[namespace]?.[name] === true])),
    ]),
  )
}
export const V2_NAMESPACES = Object.fromEntries(
  (Object.keys(NAMESPACES) as V2Namespace[]).map((namespace) => [namespace, names(namespace)]),
) as Record<V2Namespace, readonly string[]>

/** Whether v2 lets a holder of the role and the scope do it: by v2's table, and by what the account may do here. */
export function v2Allows(role: string, scope: Scope, permission: V2Permission): boolean {
  const [namespace, name] = split(permission)
  return v2Scope(role, scope)[namespace][name] === true && allows(scope, ours(namespace, name))
}

export function v2May(actor: Actor, permission: V2Permission): boolean {
  if (actor.kind !== 'account') return actor.kind === 'system'
  return v2Allows(actor.role, actor.scope, permission)
}

/** The claims of v2's access tokens: `subject`, not `sub` (zimfarm.md §17.1). */
export const V2_TOKENS: TokenFormat = { issuer: 'zimfarm_backend', claims: ({ id }) => ({ subject: id }) }
