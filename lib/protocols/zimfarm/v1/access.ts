import { allows, type Actor, type Permission, type Scope } from '#lib/core/access'
import type { TokenFormat } from '#lib/services/accounts/session'

/** v1's permissions by namespace, and what each is here (zimfarm.md §3). */
const RIGHTS = {
  tasks: {
    request: 'requests.create',
    unrequest: 'requests.delete',
    create: 'tasks.create',
    update: 'tasks.update',
    cancel: 'tasks.cancel',
    delete: 'tasks.delete',
  },
  schedules: { create: 'schedules.create', update: 'schedules.update', delete: 'schedules.delete' },
  users: {
    read: 'users.read',
    create: 'users.create',
    update: 'users.update',
    delete: 'users.delete',
    change_password: 'users.change_password',
    ssh_keys: 'workers.ssh_keys',
  },
  zim: { upload: 'zim.upload' },
} as const satisfies Record<string, Record<string, Permission>>
type V1Namespace = keyof typeof RIGHTS
export type V1Permission = { [N in V1Namespace]: `${N}.${keyof (typeof RIGHTS)[N] & string}` }[V1Namespace]

const all = <N extends V1Namespace>(namespace: N) => Object.keys(RIGHTS[namespace])
/** v1's own table of roles: narrower than ours in places, e.g. a manager cannot change priorities (zimfarm.md §3). */
export const V1_ROLES = {
  admin: { tasks: all('tasks'), schedules: all('schedules'), users: all('users'), zim: all('zim') },
  manager: {
    tasks: ['request', 'unrequest', 'cancel'],
    schedules: all('schedules'),
    users: all('users').filter((name) => name !== 'ssh_keys'),
  },
  editor: { schedules: ['create', 'update'] },
  'editor-requester': { tasks: ['request', 'unrequest', 'cancel'], schedules: ['create', 'update'] },
  worker: { tasks: ['create', 'update', 'cancel'], zim: all('zim') },
  processor: { tasks: ['update'] },
} as const satisfies Record<string, { [N in V1Namespace]?: readonly string[] }>
export type V1Role = keyof typeof V1_ROLES
export const V1_ROLE_NAMES = Object.keys(V1_ROLES) as [V1Role, ...V1Role[]]
const isV1Role = (role: string): role is V1Role => Object.hasOwn(V1_ROLES, role)

/** The role as v1 tells it: roles that it does not know are `custom`. */
export const v1Role = (role: string) => (isV1Role(role) ? role : 'custom')

/** A scope as v1 tells it: of a present namespace every name, true or false. */
export function v1Scope(role: string, scope: Scope): Record<string, Record<string, boolean>> {
  const table: { [N in V1Namespace]?: readonly string[] } | null = isV1Role(role) ? V1_ROLES[role] : null
  const entries = Object.entries(RIGHTS).map(([namespace, rights]) => {
    const granted = table?.[namespace as V1Namespace] ?? []
    const names = Object.entries(rights).map(
      ([name, permission]) => [name, table === null ? allows(scope, permission) : granted.includes(name)] as const,
    )
    return [namespace, Object.fromEntries(names)] as const
  })
  return Object.fromEntries(entries.filter(([, names]) => Object.values(names).some(Boolean)))
}

/** Whether v1 lets the caller do it: by v1's table, and by what the account may do here. */
export function v1May(actor: Actor, permission: V1Permission): boolean {
  if (actor.kind !== 'account') return actor.kind === 'system'
  const [namespace, name] = permission.split('.') as [V1Namespace, string]
  const ours = (RIGHTS[namespace] as Record<string, Permission>)[name]
  return v1Scope(actor.role, actor.scope)[namespace]?.[name] === true && ours !== undefined && allows(actor.scope, ours)
}

/** The claims of v1's access tokens; its browser client reads them (zimfarm.md §2.6). */
export const V1_TOKENS: TokenFormat = {
  issuer: 'dispatcher',
  claims: ({ id, email, username, role, scope }) => ({
    user: { _id: id, email, username, scope: v1Scope(role, scope as Scope) },
  }),
}
