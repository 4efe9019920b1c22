import { z } from 'zod'
import { CUSTOM_ROLE, PERMISSIONS, ROLES, type Namespace } from '#lib/core/access'
import { endpoint } from './endpoint'
import { id, instant, name, pageOf, pageQuery, repeated, text } from './shared'

/** Permissions by namespace; those that are not named are not given. */
export const scope = z
  .record(z.string(), z.record(z.string(), z.boolean()))
  .refine(
    (given) =>
      Object.entries(given).every(
        ([namespace, names]) =>
          Object.hasOwn(PERMISSIONS, namespace) &&
          Object.keys(names).every((one) => (PERMISSIONS[namespace as Namespace] as readonly string[]).includes(one)),
      ),
    'names a permission that there is not',
  )

export const account = z.object({
  id,
  username: z.string(),
  displayName: z.string(),
  email: z.string().nullable(),
  role: z.string(),
  createdAt: instant,
  disabled: z.object({ since: instant, by: z.string().nullable(), reason: z.string().nullable() }).nullable(),
})
export const accountDetails = account.extend({
  scope: scope.describe('what it may do today'),
  hasPassword: z.boolean(),
  workers: z.array(z.string()),
})
export const listAccounts = endpoint({
  method: 'GET',
  path: '/accounts',
  tag: 'Accounts',
  summary: 'Accounts, by name',
  access: 'users.read',
  query: pageQuery.extend({
    q: z.string().max(200).optional().describe('part of the name or of the address'),
    role: repeated(z.enum([...ROLES, CUSTOM_ROLE])),
    state: z.enum(['enabled', 'disabled']).optional(),
  }),
  response: pageOf(account),
})
const password = z.string().min(8, 'must have at least 8 characters').max(1000)
export const createAccount = endpoint({
  method: 'POST',
  path: '/accounts',
  tag: 'Accounts',
  summary: 'Create an account',
  access: 'users.create',
  body: z.strictObject({
    username: name,
    displayName: name.optional(),
    password: password.nullable().default(null).describe('null: it signs in by keys or tokens alone'),
    email: z.email('must be an address such as ann@example.org').nullable().default(null),
    role: z.enum(ROLES),
    scope: scope.optional().describe('permissions of its own instead of those of the role'),
  }),
  response: account,
  status: 201,
})
const byName = z.object({ username: z.string().min(1).max(200) })
export const getAccount = endpoint({
  method: 'GET',
  path: '/accounts/{username}',
  tag: 'Accounts',
  summary: 'One account: one’s own, or any for those who may read accounts',
  access: 'signed_in',
  params: byName,
  response: accountDetails,
})
export const updateAccount = endpoint({
  method: 'PATCH',
  path: '/accounts/{username}',
  tag: 'Accounts',
  summary: 'Change an account; nobody gives more than he has',
  access: 'users.update',
  params: byName,
  body: z.strictObject({
    displayName: name.optional(),
    email: z.email('must be an address such as ann@example.org').max(300).nullable().optional(),
    role: z.enum(ROLES).optional(),
    scope: scope.optional().describe('permissions of its own; the role is custom then'),
    disabled: z
      .strictObject({ reason: text(1000) })
      .nullable()
      .optional()
      .describe('its credentials open nothing until it is enabled again (null)'),
  }),
  response: account,
})
export const deleteAccount = endpoint({
  method: 'DELETE',
  path: '/accounts/{username}',
  tag: 'Accounts',
  summary: 'Delete an account: its credentials end, its name stays taken',
  access: 'users.delete',
  params: byName,
  status: 204,
})
export const changePassword = endpoint({
  method: 'PUT',
  path: '/accounts/{username}/password',
  tag: 'Accounts',
  summary: 'Change a password: one’s own with the current one; the account’s other sessions end',
  access: 'signed_in',
  params: byName,
  body: z.strictObject({ current: z.string().max(1000).optional(), next: password }),
  status: 204,
})

export const session = z.object({
  id,
  username: z.string(),
  kind: z.enum(['browser', 'api', 'zimfarm']),
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
  createdAt: instant,
  lastSeenAt: instant,
  expiresAt: instant,
  own: z.boolean().describe('the one that asks'),
})
export const listAllSessions = endpoint({
  method: 'GET',
  path: '/sessions',
  tag: 'Accounts',
  summary: 'Living sessions of all accounts, the latest sign-in first',
  access: 'users.read',
  query: pageQuery,
  response: pageOf(session),
})
export const listSessions = endpoint({
  method: 'GET',
  path: '/accounts/{username}/sessions',
  tag: 'Accounts',
  summary: 'Living sessions of an account, the latest sign-in first',
  access: 'signed_in',
  params: byName,
  query: pageQuery,
  response: pageOf(session),
})
export const endSession = endpoint({
  method: 'DELETE',
  path: '/accounts/{username}/sessions/{id}',
  tag: 'Accounts',
  summary: 'End a session',
  access: 'signed_in',
  params: byName.extend({ id }),
  status: 204,
})
export const endSessions = endpoint({
  method: 'DELETE',
  path: '/accounts/{username}/sessions',
  tag: 'Accounts',
  summary: 'End all sessions of an account but the one that asks',
  access: 'signed_in',
  params: byName,
  response: z.object({ ended: z.number().int() }),
})

export const apiToken = z.object({
  id,
  name: z.string(),
  scope: scope.nullable().describe('null: all that the account may do'),
  worker: z.string().nullable().describe('the only worker that it speaks for; null for any of its account'),
  createdAt: instant,
  createdBy: z.string().nullable(),
  lastUsedAt: instant.nullable(),
  expiresAt: instant.nullable(),
})
export const listApiTokens = endpoint({
  method: 'GET',
  path: '/accounts/{username}/tokens',
  tag: 'Accounts',
  summary: 'Living tokens of an account, without their secrets',
  access: 'signed_in',
  params: byName,
  response: z.object({ items: z.array(apiToken) }),
})
export const createApiToken = endpoint({
  method: 'POST',
  path: '/accounts/{username}/tokens',
  tag: 'Accounts',
  summary: 'Create a long-lived token for a program; it is shown this once',
  access: 'signed_in',
  params: byName,
  body: z.strictObject({
    name,
    expiresAt: instant.nullable().default(null),
    scope: scope.nullable().default(null).describe('allows no more than this; null for all that the account may do'),
  }),
  response: z.object({ id, name: z.string(), token: z.string() }),
  status: 201,
})
export const endApiToken = endpoint({
  method: 'DELETE',
  path: '/accounts/{username}/tokens/{id}',
  tag: 'Accounts',
  summary: 'End a token',
  access: 'signed_in',
  params: byName.extend({ id }),
  status: 204,
})

export const sshKey = z.object({ name: z.string(), type: z.string(), sha256: z.string(), addedAt: instant })
export const listKeys = endpoint({
  method: 'GET',
  path: '/accounts/{username}/keys',
  tag: 'Accounts',
  summary: 'Public keys with which an account and its workers sign in',
  access: 'signed_in',
  params: byName,
  response: z.object({ items: z.array(sshKey) }),
})
export const addKey = endpoint({
  method: 'POST',
  path: '/accounts/{username}/keys',
  tag: 'Accounts',
  summary: 'Add a public key',
  access: 'signed_in',
  params: byName,
  body: z.strictObject({ key: text(20_000).describe('as in a file id_….pub'), name: name.optional() }),
  response: sshKey,
  status: 201,
})
export const removeKey = endpoint({
  method: 'DELETE',
  path: '/accounts/{username}/keys',
  tag: 'Accounts',
  summary: 'Remove a public key',
  access: 'signed_in',
  params: byName,
  query: z.object({ sha256: text(200) }),
  status: 204,
})
