import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deleteAccount } from '#lib/services/accounts/manage'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'
import { v1Door, type V1Door } from '#lib/testing/zimfarm'
import { ROUTES } from './routes'

// zimfarm.md §3, written down once more by hand: what the door does is compared with it.
const NAMES = {
  tasks: ['request', 'unrequest', 'create', 'update', 'cancel', 'delete'],
  schedules: ['create', 'update', 'delete'],
  users: ['read', 'create', 'update', 'delete', 'change_password', 'ssh_keys'],
  zim: ['upload'],
}
type Granted = { [N in keyof typeof NAMES]?: string[] }
const ROLES: Record<string, Granted> = {
  admin: NAMES,
  manager: {
    tasks: ['request', 'unrequest', 'cancel'],
    schedules: ['create', 'update', 'delete'],
    users: ['read', 'create', 'update', 'delete', 'change_password'],
  },
  editor: { schedules: ['create', 'update'] },
  'editor-requester': { tasks: ['request', 'unrequest', 'cancel'], schedules: ['create', 'update'] },
  worker: { tasks: ['create', 'update', 'cancel'], zim: ['upload'] },
  processor: { tasks: ['update'] },
  // Roles that v1 does not know: one made by hand, and one of the newer Zimfarm.
  custom: { schedules: ['create'], users: ['read'] },
  viewer: {},
}

const ID = '00000000-0000-4000-8000-000000000000'
/** Whoever asks for what is not theirs; `{self}` is the caller, `other` somebody else. */
type Row = [method: string, pattern: string, needs: string, path?: string, body?: object]
const TABLE: Row[] = [
  ['POST', '/auth/authorize', 'public'],
  ['POST', '/auth/token', 'public'],
  ['POST', '/auth/oauth2', 'public'],
  ['POST', '/auth/ssh_authorize', 'public'],
  ['GET', '/auth/test', 'token'],
  ['GET', '/users/', 'users.read'],
  ['POST', '/users/', 'users.create'],
  ['GET', '/users/:name', 'users.read', '/users/other'],
  ['GET', '/users/:name', 'token', '/users/{self}'],
  ['PATCH', '/users/:name', 'users.update', '/users/nobody'],
  ['DELETE', '/users/:name', 'users.delete', '/users/nobody'],
  ['PATCH', '/users/:name/password', 'users.change_password', '/users/other/password', { new: PASSWORD }],
  ['PATCH', '/users/:name/password', 'token', '/users/{self}/password', { current: PASSWORD, new: PASSWORD }],
  ['GET', '/users/:name/keys', 'users.ssh_keys', '/users/other/keys'],
  ['GET', '/users/:name/keys', 'token', '/users/{self}/keys'],
  ['POST', '/users/:name/keys', 'users.ssh_keys', '/users/other/keys'],
  ['POST', '/users/:name/keys', 'token', '/users/{self}/keys'],
  ['GET', '/users/:name/keys/:fingerprint', 'public', `/users/-/keys/${'a'.repeat(32)}`],
  ['DELETE', '/users/:name/keys/:fingerprint', 'users.ssh_keys', `/users/other/keys/${'a'.repeat(32)}`],
  ['DELETE', '/users/:name/keys/:fingerprint', 'token', `/users/{self}/keys/${'a'.repeat(32)}`],
  ['GET', '/schedules/', 'public'],
  ['POST', '/schedules/', 'schedules.create'],
  ['GET', '/schedules/backup/', 'public'],
  ['GET', '/schedules/:name', 'public', '/schedules/none-such'],
  ['PATCH', '/schedules/:name', 'schedules.update', '/schedules/none-such'],
  ['DELETE', '/schedules/:name', 'schedules.delete', '/schedules/none-such'],
  ['POST', '/schedules/:name/clone', 'schedules.create', '/schedules/none-such/clone'],
  ['GET', '/schedules/:name/image-names', 'schedules.update', '/schedules/none-such/image-names'],
  ['GET', '/requested-tasks/', 'public'],
  ['POST', '/requested-tasks/', 'tasks.request'],
  ['GET', '/requested-tasks/worker', 'token'],
  ['GET', '/requested-tasks/:id', 'public', `/requested-tasks/${ID}`],
  ['PATCH', '/requested-tasks/:id', 'tasks.update', `/requested-tasks/${ID}`, { priority: 5 }],
  ['DELETE', '/requested-tasks/:id', 'tasks.unrequest', `/requested-tasks/${ID}`],
  ['GET', '/tasks/', 'public'],
  ['GET', '/tasks/:id', 'public', `/tasks/${ID}`],
  ['POST', '/tasks/:id', 'tasks.create', `/tasks/${ID}?worker_name=farm-1`],
  ['PATCH', '/tasks/:id', 'tasks.update', `/tasks/${ID}`, { event: 'started', payload: {} }],
  ['POST', '/tasks/:id/cancel', 'tasks.cancel', `/tasks/${ID}/cancel`],
  ['GET', '/workers/', 'public'],
  ['PUT', '/workers/:name/check-in', 'token', '/workers/farm-1/check-in'],
  ['GET', '/languages/', 'public'],
  ['GET', '/tags/', 'public'],
  ['GET', '/platforms/', 'public'],
  ['GET', '/offliners/', 'public'],
  ['GET', '/offliners/:id', 'public', '/offliners/zimit'],
  ['GET', '/status/:monitor', 'public', '/status/oldest_task_older_than'],
  ['GET', '', 'public'],
  ['GET', '/openapi.yaml', 'public'],
]

let farm: TestFarm
let door: V1Door
const NOBODY = ['anonymous', 'expired', 'deleted', 'garbage']
beforeAll(async () => {
  farm = await testFarm()
  door = v1Door(farm)
  await farm.account('other', 'viewer')
  for (const role of Object.keys(ROLES)) {
    const known = role === 'custom' ? 'viewer' : role
    await farm.account(role, known as Parameters<TestFarm['account']>[1])
  }
  const scope = { schedules: { create: true, update: false }, users: { read: true } }
  await farm.system.db.account.update({ where: { username: 'custom' }, data: { role: 'custom', scope } })
  for (const role of Object.keys(ROLES)) await door.signIn(role)
  for (const gone of ['expired', 'deleted']) await farm.account(gone, 'admin')
  farm.at(new Date(Date.now() - 25 * 3_600_000))
  await door.signIn('expired')
  farm.at(null)
  await door.signIn('deleted')
  await deleteAccount(farm.system, 'deleted')
  door.tokens.set('garbage', 'eyJhbGciOiJub25lIn0.e30.')
})
afterAll(() => farm.close())

const grants = (role: string, permission: string) => {
  const [namespace = '', name = ''] = permission.split('.')
  return ROLES[role]?.[namespace as keyof typeof NAMES]?.includes(name) === true
}

it('has a line for each route, and no line for none', () => {
  const served = ROUTES.map(({ method, path }) => `${method} ${path}`)
  expect([...new Set(TABLE.map(([method, pattern]) => `${method} ${pattern}`))].sort()).toEqual(served.sort())
})

describe.each([...Object.keys(ROLES), ...NOBODY])('%s', (caller) => {
  it.each(TABLE)('%s %s needs %s %s', async (method, pattern, needs, path = pattern, body = {}) => {
    const isPublic = needs === 'public'
    const letIn = isPublic || (!NOBODY.includes(caller) && (needs === 'token' || grants(caller, needs)))
    const answer = await door.call(method, path.replace('{self}', caller), {
      ...(caller !== 'anonymous' && { as: caller }),
      ...(method !== 'GET' && { body }),
    })
    const credentials = pattern.startsWith('/auth/') && isPublic
    if (!credentials) expect(answer.status === 401 ? 'refused' : 'let in').toBe(letIn ? 'let in' : 'refused')
    expect(answer.status).toBeLessThan(500)
    if (answer.status !== 401 || credentials) return
    const words = {
      anonymous: 'token invalid',
      garbage: 'token invalid',
      deleted: 'token invalid',
      expired: 'token expired',
    }[caller]
    if (words !== undefined) expect(answer.body).toEqual({ error: words })
    else expect(answer.body).toEqual({ error: expect.stringMatching(needs.replace('ssh_keys', '(ssh_keys|admin)')) })
  })
})

it.each(Object.keys(ROLES))('tells the scope of %s as the table has it, in the token and of the user', async (role) => {
  const expected = Object.fromEntries(
    Object.entries(NAMES).flatMap(([namespace, names]) => {
      const granted = ROLES[role]?.[namespace as keyof typeof NAMES] ?? []
      return granted.length === 0
        ? []
        : [[namespace, Object.fromEntries(names.map((name) => [name, granted.includes(name)]))]]
    }),
  )
  const { body } = await door.call('GET', `/users/${role}`, { as: role })
  expect(body.scope).toEqual(expected)
  expect(body.role).toBe(role === 'viewer' ? 'custom' : role)
  const [, payload = ''] = (door.tokens.get(role) ?? '').split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { user: { scope: object } }
  expect(claims.user.scope).toEqual(expected)
})

it('goes by the role of today, not by that of the token', async () => {
  await farm.account('promoted', 'viewer')
  await door.signIn('promoted')
  expect((await door.call('POST', '/schedules/', { as: 'promoted', body: {} })).status).toBe(401)
  expect((await door.call('PATCH', '/users/promoted', { as: 'admin', body: { role: 'editor' } })).status).toBe(204)
  expect((await door.call('POST', '/schedules/', { as: 'promoted', body: {} })).status).toBe(400)
})

it.each([
  ['PATCH', '/users/admin', { role: 'editor' }],
  ['PATCH', '/users/editor', { role: 'admin' }],
  ['DELETE', '/users/admin', undefined],
  ['PATCH', '/users/admin/password', { new: 'another password' }],
  ['POST', '/users/', { username: 'root', password: PASSWORD, role: 'admin' }],
])('lets no manager reach for an administrator: %s %s', async (method, path, body) => {
  expect((await door.call(method, path, { as: 'manager', body })).status).toBe(401)
})
