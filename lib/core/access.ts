/** Namespaces and their permissions (zimfarm.md §3), the vocabulary of all doors. */
export const PERMISSIONS = {
  tasks: ['request', 'unrequest', 'create', 'update', 'cancel', 'delete'],
  schedules: ['create', 'update', 'delete'],
  users: ['read', 'create', 'update', 'delete', 'change_password', 'ssh_keys'],
  zim: ['upload'],
} as const
export type Namespace = keyof typeof PERMISSIONS
export type Permission = { [N in Namespace]: `${N}.${(typeof PERMISSIONS)[N][number]}` }[Namespace]
export type Scope = { [N in Namespace]?: Record<string, boolean> }

const ALL: { [N in Namespace]: readonly string[] } = PERMISSIONS
const grants = {
  admin: ALL,
  manager: {
    tasks: ['request', 'unrequest', 'cancel'],
    schedules: ALL.schedules,
    users: ['read', 'create', 'update', 'delete', 'change_password'],
  },
  editor: { schedules: ['create', 'update'] },
  'editor-requester': { tasks: ['request', 'unrequest', 'cancel'], schedules: ['create', 'update'] },
  worker: { tasks: ['create', 'update', 'cancel'], zim: ALL.zim },
  processor: { tasks: ['update'] },
} as const satisfies Record<string, { [N in Namespace]?: readonly string[] }>

export type Role = keyof typeof grants
export const ROLES = Object.keys(grants) as Role[]

/** The scope of a role: every permission of the namespaces that it has something in, true or false. */
export function scopeOf(role: Role): Scope {
  return Object.fromEntries(
    Object.entries(grants[role]).map(([namespace, granted]) => [
      namespace,
      Object.fromEntries(
        ALL[namespace as Namespace].map((name) => [name, (granted as readonly string[]).includes(name)]),
      ),
    ]),
  )
}

export function allows(scope: Scope, permission: Permission): boolean {
  const [namespace, name] = permission.split('.') as [Namespace, string]
  return scope[namespace]?.[name] === true
}

/** Who acts: told by the credential alone. `system` is Croft itself (the dispatcher). */
export type Actor =
  | { kind: 'account'; accountId: string; username: string; role: string; scope: Scope; sessionId: string | null }
  | { kind: 'system'; username: string }
  | { kind: 'anonymous' }

export const ANONYMOUS: Actor = { kind: 'anonymous' }
export const may = (actor: Actor, permission: Permission) =>
  actor.kind === 'system' || (actor.kind === 'account' && allows(actor.scope, permission))
