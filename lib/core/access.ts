/** Namespaces and their permissions: the vocabulary of all doors. Foreign doors translate (zimfarm.md §3, §17.3). */
export const PERMISSIONS = {
  tasks: ['read', 'secrets', 'create', 'update', 'cancel', 'delete'],
  requests: ['read', 'secrets', 'create', 'update', 'delete'],
  schedules: ['read', 'secrets', 'create', 'update', 'archive', 'delete'],
  users: ['read', 'create', 'update', 'delete', 'change_password', 'secrets'],
  workers: ['read', 'update', 'create', 'secrets', 'ssh_keys', 'checkin'],
  zim: ['upload'],
  task_types: ['read', 'create', 'update'],
} as const
export type Namespace = keyof typeof PERMISSIONS
export type Permission = { [N in Namespace]: `${N}.${(typeof PERMISSIONS)[N][number]}` }[Namespace]
export type Scope = { [N in Namespace]?: Record<string, boolean> }

const ALL: { [N in Namespace]: readonly string[] } = PERMISSIONS
const butDelete = (namespace: Namespace) => ALL[namespace].filter((name) => name !== 'delete')
/**
 * What each role may do. Where the two Zimfarms differ about a role, the wider one counts here, and the narrower
 * door is narrow by itself (lib/protocols/zimfarm/v1/access.ts, v2/access.ts).
 */
const grants = {
  admin: ALL,
  manager: {
    tasks: ['read', 'secrets', 'cancel'],
    requests: ALL.requests,
    schedules: ALL.schedules,
    users: ALL.users,
    workers: ['read', 'ssh_keys'],
  },
  editor: { schedules: butDelete('schedules') },
  'editor-requester': {
    tasks: ['read', 'secrets', 'cancel'],
    requests: ['read', 'secrets', 'create', 'delete'],
    schedules: butDelete('schedules'),
  },
  worker: { tasks: butDelete('tasks'), requests: ALL.requests, workers: ['read', 'checkin'], zim: ALL.zim },
  processor: { tasks: ['update', 'secrets'], requests: ['update', 'secrets'] },
  viewer: {},
} as const satisfies Record<string, { [N in Namespace]?: readonly string[] }>

export type Role = keyof typeof grants
export const ROLES = Object.keys(grants) as Role[]
/** The role of an account whose scope somebody wrote by hand. */
export const CUSTOM_ROLE = 'custom'
const isRole = (role: string): role is Role => Object.hasOwn(grants, role)

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

/** What an account may do: its role's scope as of today, or its own where the role is `custom`. */
export const effectiveScope = (role: string, stored: Scope): Scope => (isRole(role) ? scopeOf(role) : stored)

export function allows(scope: Scope, permission: Permission): boolean {
  const [namespace, name] = permission.split('.') as [Namespace, string]
  return scope[namespace]?.[name] === true
}

/** What both scopes allow. */
export const within = (scope: Scope, limit: Scope): Scope =>
  Object.fromEntries(
    Object.entries(scope).map(([namespace, names]) => [
      namespace,
      Object.fromEntries(
        Object.entries(names).map(([name, allowed]) => [
          name,
          allowed && limit[namespace as Namespace]?.[name] === true,
        ]),
      ),
    ]),
  )

type Granted = Readonly<Record<string, Readonly<Record<string, boolean>> | undefined>>
/** Whether a scope allows anything that the other one does not; both in one door's words. */
export const exceeds = (scope: Granted, other: Granted) =>
  Object.entries(scope).some(([namespace, names]) =>
    Object.entries(names ?? {}).some(([name, allowed]) => allowed && other[namespace]?.[name] !== true),
  )

/** Who acts: told by the credential alone. `system` is Croft itself (the dispatcher). */
export type Actor =
  | {
      kind: 'account'
      accountId: string
      username: string
      role: string
      scope: Scope
      sessionId: string | null
      /** What the credential is limited to beyond its account; it is not the person then, who alone changes what is his own. */
      limits?: { worker: string | null }
    }
  | { kind: 'system'; username: string }
  | { kind: 'anonymous' }

export const ANONYMOUS: Actor = { kind: 'anonymous' }
export const may = (actor: Actor, permission: Permission) =>
  actor.kind === 'system' || (actor.kind === 'account' && allows(actor.scope, permission))

export const THEMES = ['light', 'dark'] as const
export type Theme = (typeof THEMES)[number]
