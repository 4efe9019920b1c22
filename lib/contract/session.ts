import { z } from 'zod'
import { THEMES } from '#lib/core/access'
import { endpoint } from './endpoint'
import { instant, name } from './shared'

export const me = z.object({
  username: z.string(),
  displayName: z.string(),
  role: z.string(),
  scope: z.record(z.string(), z.record(z.string(), z.boolean())),
  email: z.string().nullable().describe('where notices for this person go'),
  language: z.string().nullable().describe('null: as the browser says'),
  theme: z.enum(THEMES).nullable(),
  hasPassword: z.boolean(),
  limited: z.boolean().describe('the credential allows less than the account'),
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
export const updateMe = endpoint({
  method: 'PATCH',
  path: '/session',
  tag: 'Session',
  summary: 'Change how I am called and told of things, and how the pages look',
  access: 'signed_in',
  body: z.strictObject({
    displayName: name.optional(),
    email: z.email('must be an address such as ann@example.org').max(300).nullable().optional(),
    language: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as fr')
      .nullable()
      .optional(),
    theme: z.enum(THEMES).nullable().optional(),
  }),
  status: 204,
})
