import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '#lib/core/access'
import { deleteAccount } from '#lib/services/accounts/manage'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'
import { doorV2, type DoorV2 } from '#lib/testing/zimfarm-v2'
import { ROUTES } from './handler'

// zimfarm.md §17.3, written down once more by hand: what the door does is compared with it.
const NAMES = {
  tasks: ['read', 'secrets', 'create', 'update', 'cancel', 'delete'],
  recipes: ['read', 'secrets', 'create', 'update', 'archive', 'delete'],
  requested_tasks: ['read', 'secrets', 'create', 'update', 'delete'],
  accounts: ['read', 'create', 'update', 'delete', 'change_password', 'secrets'],
  workers: ['read', 'update', 'create', 'secrets', 'ssh_keys', 'checkin'],
  zim: ['upload'],
  offliners: ['read', 'create', 'update'],
}
type Granted = { [N in keyof typeof NAMES]?: string[] }
const REQUESTER: Granted = {
  tasks: ['read', 'cancel', 'secrets'],
  recipes: ['read', 'secrets', 'create', 'update', 'archive'],
  requested_tasks: ['read', 'create', 'delete', 'secrets'],
}
const ROLES: Record<string, Granted> = {
  admin: NAMES,
  manager: { ...REQUESTER, accounts: NAMES.accounts, workers: ['read', 'ssh_keys'] },
  'editor-requester': REQUESTER,
  editor: { recipes: ['read', 'secrets', 'create', 'update', 'archive'] },
  worker: {
    tasks: ['read', 'secrets', 'create', 'update', 'cancel'],
    requested_tasks: NAMES.requested_tasks,
    workers: ['read', 'checkin'],
    zim: ['upload'],
  },
  processor: { tasks: ['update', 'secrets'], requested_tasks: ['update', 'secrets'] },
  viewer: {},
  // What zimit-frontend and wp1 need: to clean up after themselves, which no role but admin may.
  custom: {
    tasks: ['read', 'cancel'],
    recipes: ['create', 'update', 'delete'],
    requested_tasks: ['create', 'delete'],
  },
}

const ID = '00000000-0000-4000-8000-000000000000'
const FINGERPRINT = `SHA256:${'a/b+'.repeat(10)}abc`
/** Whoever asks for what is not theirs; `{self}` is the caller, `other` somebody else. */
type Row = [method: string, pattern: string, needs: string, path?: string, body?: object]
const TABLE: Row[] = [
  ['POST', '/auth/authorize', 'open'],
  ['POST', '/auth/refresh', 'open'],
  ['POST', '/auth/ssh-authorize', 'open'],
  ['GET', '/auth/test', 'token'],
  ['GET', '/auth/me', 'token'],
  ['GET', '/accounts', 'accounts.read'],
  ['POST', '/accounts', 'accounts.create'],
  ['GET', '/accounts/:name', 'accounts.read', '/accounts/other'],
  ['GET', '/accounts/:name', 'token', '/accounts/{self}'],
  ['PATCH', '/accounts/:name', 'accounts.update', '/accounts/nobody'],
  ['DELETE', '/accounts/:name', 'accounts.delete', '/accounts/nobody'],
  ['PATCH', '/accounts/:name/password', 'accounts.change_password', '/accounts/other/password', { new: PASSWORD }],
  ['PATCH', '/accounts/:name/password', 'token', '/accounts/{self}/password', { current: PASSWORD, new: PASSWORD }],
  ['GET', '/recipes', 'public'],
  ['GET', '/recipes', 'recipes.archive', '/recipes?archived=true'],
  ['POST', '/recipes', 'recipes.create'],
  ['GET', '/recipes/backup', 'public'],
  ['GET', '/recipes/backup', 'recipes.archive', '/recipes/backup?archived=true'],
  ['POST', '/recipes/restore', 'recipes.archive'],
  ['GET', '/recipes/:name', 'public', '/recipes/none-such'],
  ['PATCH', '/recipes/:name', 'recipes.update', '/recipes/none-such'],
  ['DELETE', '/recipes/:name', 'recipes.delete', '/recipes/none-such'],
  ['POST', '/recipes/:name/clone', 'recipes.create', '/recipes/none-such/clone'],
  ['GET', '/recipes/:name/image-names', 'public', '/recipes/none-such/image-names'],
  ['GET', '/recipes/:name/similar', 'public', '/recipes/none-such/similar'],
  ['GET', '/recipes/:name/validate', 'recipes.update', '/recipes/none-such/validate'],
  ['PATCH', '/recipes/:name/archive', 'recipes.archive', '/recipes/none-such/archive'],
  ['PATCH', '/recipes/:name/restore', 'recipes.archive', '/recipes/none-such/restore'],
  ['GET', '/recipes/:name/history', 'recipes.secrets', '/recipes/none-such/history'],
  ['GET', '/recipes/:name/history/:id', 'recipes.secrets', `/recipes/none-such/history/${ID}`],
  ['PATCH', '/recipes/:name/revert/:id', 'recipes.update', `/recipes/none-such/revert/${ID}`],
  ['GET', '/blobs/download/:filename', 'open', `/blobs/download/${ID}.css`],
  ['POST', '/blobs/:name', 'recipes.create', '/blobs/none-such'],
  ['GET', '/blobs/:name', 'recipes.read', '/blobs/none-such'],
  ['GET', '/blobs/:name/:flag/:checksum', 'recipes.read', '/blobs/none-such/flag/abc'],
  ['PATCH', '/blobs/:id', 'recipes.create', `/blobs/${ID}`],
  ['DELETE', '/blobs/:id', 'recipes.create', `/blobs/${ID}`],
  ['GET', '/offliners', 'public'],
  ['POST', '/offliners', 'offliners.create'],
  ['GET', '/offliners/:id/versions', 'public', '/offliners/zimit/versions'],
  ['POST', '/offliners/:id/versions', 'open', '/offliners/zimit/versions'],
  ['GET', '/offliners/:id/:version', 'public', '/offliners/zimit/dev'],
  ['GET', '/offliners/:id/:version/spec', 'public', '/offliners/zimit/dev/spec'],
  ['GET', '/requested-tasks', 'public'],
  ['POST', '/requested-tasks', 'requested_tasks.create'],
  ['GET', '/requested-tasks/worker', 'token'],
  ['GET', '/requested-tasks/:id', 'public', `/requested-tasks/${ID}`],
  ['PATCH', '/requested-tasks/:id', 'requested_tasks.update', `/requested-tasks/${ID}`, { priority: 5 }],
  ['DELETE', '/requested-tasks/:id', 'requested_tasks.delete', `/requested-tasks/${ID}`],
  ['GET', '/requested-tasks/:id/diagnose/:worker', 'requested_tasks.create', `/requested-tasks/${ID}/diagnose/farm-1`],
  ['GET', '/tasks', 'public'],
  ['GET', '/tasks/:id', 'public', `/tasks/${ID}`],
  ['POST', '/tasks/:id', 'tasks.create', `/tasks/${ID}`, { worker_name: 'farm-1' }],
  ['PATCH', '/tasks/:id', 'tasks.update', `/tasks/${ID}`, { event: 'started', payload: {} }],
  ['POST', '/tasks/:id/cancel', 'tasks.cancel', `/tasks/${ID}/cancel`],
  ['GET', '/workers', 'public'],
  ['POST', '/workers', 'workers.create'],
  ['GET', '/workers/image/latest', 'public'],
  ['GET', '/workers/:name', 'public', '/workers/nobody'],
  ['PUT', '/workers/:name', 'workers.update', '/workers/nobody'],
  ['PUT', '/workers/:name/check-in', 'token', '/workers/nobody/check-in'],
  ['GET', '/workers/:name/keys', 'workers.ssh_keys', '/workers/farm-1/keys'],
  ['POST', '/workers/:name/keys', 'workers.ssh_keys', '/workers/farm-1/keys', { key: 'ssh-rsa AAAA a@b' }],
  ['GET', '/workers/:name/keys/*', 'open', `/workers/-/keys/${FINGERPRINT}`],
  ['DELETE', '/workers/:name/keys/*', 'workers.ssh_keys', `/workers/farm-1/keys/${FINGERPRINT}`],
  ['GET', '/platforms', 'public'],
  ['GET', '/languages', 'public'],
  ['GET', '/tags', 'public'],
  ['GET', '/contexts', 'public'],
  ['GET', '/healthcheck', 'open'],
  ['GET', '/status/:monitor', 'open', '/status/oldest_task_older_than'],
  ['GET', '/files/pending-cms-notifications', 'public'],
]

let farm: TestFarm
let door: DoorV2
const NOBODY = ['anonymous', 'expired', 'deleted', 'garbage']
beforeAll(async () => {
  farm = await testFarm({ IMAGE_REGISTRY_URL: 'http://127.0.0.1:9' })
  door = doorV2(farm)
  const other = await farm.account('other', 'viewer')
  await farm.worker(other.actor.accountId, { name: 'farm-1', kind: 'zimfarm' })
  for (const role of Object.keys(ROLES)) {
    await farm.account(role, (role === 'custom' ? 'viewer' : role) as Role)
    await door.signIn(role)
  }
  for (const gone of ['expired', 'deleted']) await farm.account(gone, 'admin')
  farm.at(new Date(Date.now() - 25 * 3_600_000))
  await door.signIn('expired')
  farm.at(null)
  await door.signIn('deleted')
  await deleteAccount(farm.system, 'deleted')
  door.tokens.garbage = 'eyJhbGciOiJub25lIn0.e30.'
  const scope = Object.fromEntries(
    Object.entries(ROLES.custom ?? {}).map(([namespace, names]) => [
      namespace,
      Object.fromEntries(names.map((name) => [name, true])),
    ]),
  )
  expect((await door.call('PATCH', '/accounts/custom', { as: 'admin', body: { scope } })).status).toBe(204)
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
    const known = !NOBODY.includes(caller)
    // A bad Bearer is refused even where nobody need be known.
    const expected = !known && needs !== 'open' && (caller !== 'anonymous' || needs !== 'public') ? 401 : null
    const letIn = needs === 'open' || needs === 'public' || needs === 'token' || grants(caller, needs)
    const answer = await door.call(method, path.replace('{self}', caller), {
      ...(caller !== 'anonymous' && { as: caller }),
      ...(method !== 'GET' && { body }),
    })
    if (pattern !== '/recipes/:name/image-names') expect(answer.status).toBeLessThan(500)
    if (expected === 401) {
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      expect(answer.body).toMatchObject({ success: false, message: expect.any(String) })
      return
    }
    expect(answer.status === 403 ? 'refused' : 'let in').toBe(letIn ? 'let in' : 'refused')
    if (answer.status === 403) expect(answer.body).toMatchObject({ success: false, message: expect.any(String) })
  })
})

it.each(Object.keys(ROLES))(
  'tells the scope of %s as the table has it, with every namespace and name',
  async (role) => {
    const expected = Object.fromEntries(
      Object.entries(NAMES).map(([namespace, names]) => {
        const granted = ROLES[role]?.[namespace as keyof typeof NAMES] ?? []
        return [namespace, Object.fromEntries(names.map((name) => [name, granted.includes(name)]))]
      }),
    )
    const { body } = await door.call('GET', '/auth/me', { as: role })
    expect(body).toMatchObject({ role, scope: expected })
  },
)

it.each([
  ['PATCH', '/accounts/admin', { role: 'editor' }],
  ['PATCH', '/accounts/editor', { role: 'admin' }],
  ['PATCH', '/accounts/editor', { scope: { workers: { secrets: true } } }],
  ['PATCH', '/accounts/custom', { display_name: 'Somebody' }],
  ['DELETE', '/accounts/custom', undefined],
  ['PATCH', '/accounts/custom/password', { new: 'another password' }],
  ['DELETE', '/accounts/admin', undefined],
  ['PATCH', '/accounts/admin/password', { new: 'another password' }],
  ['POST', '/accounts', { username: 'root', password: PASSWORD, role: 'admin' }],
])('lets no manager reach for more than it has: %s %s %j', async (method, path, body) => {
  expect((await door.call(method, path, { as: 'manager', body })).status).toBe(403)
})
