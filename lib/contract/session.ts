import { z } from 'zod'
import { ROLES } from '#lib/core/access'
import { endpoint } from './endpoint'
import { id, instant, name, pageOf, pageQuery } from './shared'

export const me = z.object({
  username: z.string(),
  role: z.string(),
  scope: z.record(z.string(), z.record(z.string(), z.boolean())),
})
export const tokens = z.object({
  accessToken: z.string(),
  expiresAt: instant,
  refreshToken: z.string().describe('serves once'),
})

export const signIn = endpoint({
  method: 'POST',
  path: '/session',
  tag: 'Session',
  summary: 'Sign in',
  access: 'public',
  body: z.strictObject({ username: z.string().min(1).max(200), password: z.string().min(1).max(1000) }),
  response: tokens,
  status: 201,
})
export const refreshSession = endpoint({
  method: 'POST',
  path: '/session/refresh',
  tag: 'Session',
  summary: 'Get new tokens for a refresh token, which serves once',
  access: 'public',
  body: z.strictObject({ refreshToken: z.string().min(1).max(500) }),
  response: tokens,
  status: 201,
})
export const whoAmI = endpoint({
  method: 'GET',
  path: '/session',
  tag: 'Session',
  summary: 'Who am I, and what may I do',
  access: 'signed_in',
  response: me,
})
export const signOut = endpoint({
  method: 'DELETE',
  path: '/session',
  tag: 'Session',
  summary: 'Sign out: revoke the session that this call carries',
  access: 'signed_in',
  status: 204,
})

export const account = z.object({
  id,
  username: z.string(),
  email: z.string().nullable(),
  role: z.string(),
  createdAt: instant,
})
export const listAccounts = endpoint({
  method: 'GET',
  path: '/accounts',
  tag: 'Accounts',
  summary: 'Accounts, by name',
  access: 'users.read',
  query: pageQuery,
  response: pageOf(account),
})
export const createAccount = endpoint({
  method: 'POST',
  path: '/accounts',
  tag: 'Accounts',
  summary: 'Create an account',
  access: 'users.create',
  body: z.strictObject({
    username: name,
    password: z.string().min(8, 'must have at least 8 characters').max(1000),
    email: z.email().nullable().default(null),
    role: z.enum(ROLES),
  }),
  response: account,
  status: 201,
})
export const createApiToken = endpoint({
  method: 'POST',
  path: '/accounts/{username}/tokens',
  tag: 'Accounts',
  summary: 'Create a long-lived token for a program; it is shown this once',
  access: 'signed_in',
  params: z.object({ username: z.string() }),
  body: z.strictObject({ name, expiresAt: instant.nullable().default(null) }),
  response: z.object({ id, name: z.string(), token: z.string() }),
  status: 201,
})
