/* eslint-disable @typescript-eslint/no-unsafe-argument -- tests read whatever JSON the door answers */
import { createPrivateKey, sign } from 'node:crypto'
import { utils } from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addKey } from '#lib/services/keys/manage'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'
import { doorV2, type DoorV2 } from '#lib/testing/zimfarm-v2'

let farm: TestFarm
let door: DoorV2
beforeAll(async () => {
  farm = await testFarm()
  door = doorV2(farm)
  for (const role of ['admin', 'manager', 'editor', 'viewer'] as const) {
    await farm.account(role, role)
    await door.signIn(role)
  }
})
afterAll(() => farm.close())

const login = (body: unknown) => door.call('POST', '/auth/authorize', { body })

describe('signing in (zimfarm.md §17.1)', () => {
  it('takes JSON and gives tokens whose time has whole seconds', async () => {
    const { status, body, headers } = await login({ username: 'editor', password: PASSWORD, unknown: 1 })
    expect(status).toBe(200)
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_time', 'refresh_token', 'token_type'])
    expect(body.token_type).toBe('Bearer')
    expect(body.expires_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(body.refresh_token).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/)
    expect(headers.get('cache-control')).toBe('no-store')
    const claims = JSON.parse(Buffer.from(String(body.access_token).split('.')[1] ?? '', 'base64url').toString())
    expect(claims).toMatchObject({ iss: 'zimfarm_backend' })
    expect(claims.subject).toMatch(/^[0-9a-f-]{36}$/)
    expect(claims).not.toHaveProperty('sub')
    expect(claims.exp - claims.iat).toBe(86_400)
  })
  it('refuses a form, a wrong password, an unknown and a deleted account', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const asForm = await door.call('POST', '/auth/authorize', { headers: form, raw: 'username=editor&password=x' })
    expect(asForm.status).toBe(422)
    expect(asForm.body).toMatchObject({ success: false, errors: { body: [expect.any(String)] } })
    await farm.account('leaver', 'editor')
    await door.signIn('leaver')
    expect((await door.call('DELETE', '/accounts/leaver', { as: 'admin' })).status).toBe(204)
    expect((await door.call('GET', '/auth/test', { as: 'leaver' })).status).toBe(401)
    for (const username of ['editor', 'nobody', 'leaver']) {
      const { status, body, headers } = await login({ username, password: 'not the one' })
      expect([username, status, body.success]).toEqual([username, 401, false])
      expect(headers.get('www-authenticate')).toBe('Bearer')
    }
    expect((await login({ username: 'leaver', password: PASSWORD })).status).toBe(401)
    expect((await login({ username: 'editor' })).body.errors).toHaveProperty('password')
  })
  it('refreshes once, also when it is tried five times at once', async () => {
    const { body } = await login({ username: 'editor', password: PASSWORD })
    const refresh = (refresh_token: unknown) => door.call('POST', '/auth/refresh', { body: { refresh_token } })
    const tries = await Promise.all(Array.from({ length: 5 }, () => refresh(body.refresh_token)))
    expect(tries.map((one) => one.status).sort()).toEqual([200, 401, 401, 401, 401])
    const fresh = tries.find((one) => one.status === 200)?.body
    door.tokens.fresh = fresh.access_token
    expect((await door.call('GET', '/auth/test', { as: 'fresh' })).status).toBe(204)
    expect((await refresh(fresh.refresh_token)).status).toBe(200)
    expect((await refresh('no-uuid')).status).toBe(422)
    expect((await refresh('00000000-0000-4000-8000-000000000000')).status).toBe(401)
  })
  it('counts only Bearer: another scheme is no header, a bad Bearer is refused even where nobody need be known', async () => {
    const get = (path: string, authorization: string) => door.call('GET', path, { headers: { authorization } })
    const token = door.tokens.editor
    expect((await get('/auth/test', `bearer ${token}`)).status).toBe(204)
    expect((await get('/auth/test', `Token ${token}`)).status).toBe(401)
    expect((await get('/recipes', 'Token nonsense')).status).toBe(200)
    expect((await get('/recipes', 'Bearer nonsense')).status).toBe(401)
    expect((await get('/recipes', 'Bearer')).status).toBe(401)
    expect((await door.call('GET', '/auth/test')).headers.get('www-authenticate')).toBe('Bearer')
  })
  it('tells who one is, with every namespace and name', async () => {
    const { body } = await door.call('GET', '/auth/me', { as: 'manager' })
    expect(body).toMatchObject({ username: 'manager', display_name: 'manager', has_password: true, role: 'manager' })
    expect(body.idp_sub).toBeNull()
    expect(Object.keys(body.scope)).toEqual([
      'tasks',
      'recipes',
      'requested_tasks',
      'accounts',
      'workers',
      'zim',
      'offliners',
    ])
    expect(body.scope.zim).toEqual({ upload: false })
    expect(body.scope.recipes).toEqual({
      read: true,
      secrets: true,
      create: true,
      update: true,
      archive: true,
      delete: false,
    })
  })
  it('lets a change of the role act at once', async () => {
    await farm.account('riser', 'viewer')
    await door.signIn('riser')
    expect((await door.call('GET', '/accounts', { as: 'riser' })).status).toBe(403)
    expect((await door.call('PATCH', '/accounts/riser', { as: 'admin', body: { role: 'manager' } })).status).toBe(204)
    expect((await door.call('GET', '/accounts', { as: 'riser' })).status).toBe(200)
  })
})

describe('a worker that signs (zimfarm.md §17.2)', () => {
  it('speaks as its account, on every route, and may open a session by the older way', async () => {
    const pair = utils.generateKeyPairSync('ed25519')
    const parsed = utils.parseKey(pair.private)
    if (parsed instanceof Error) throw parsed
    const secret = createPrivateKey(parsed.getPrivatePEM())
    const owner = await farm.account('signer', 'worker')
    await farm.worker(owner.actor.accountId, { name: 'signing-1', kind: 'zimfarm' })
    await addKey(owner, { username: 'signer', key: `${pair.public} signer@host` })
    const at = new Date().toISOString().slice(0, 19)
    const bearer = `signing-1.${at}.${sign(null, Buffer.from(`signing-1.${at}`), secret).toString('base64')}`
    const headers = { authorization: `Bearer ${bearer}` }
    expect((await door.call('GET', '/auth/test', { headers })).status).toBe(204)
    expect((await door.call('GET', '/auth/me', { headers })).body).toMatchObject({ username: 'signer', role: 'worker' })
    const wrong = { authorization: `Bearer ${bearer.replace('signing-1', 'signing-2')}` }
    expect((await door.call('GET', '/recipes', { headers: wrong })).status).toBe(401)
    const message = `signing-1:${at}`
    const signature = sign(null, Buffer.from(message), secret).toString('base64')
    const signed = (extra: Record<string, string>) => door.call('POST', '/auth/ssh-authorize', { headers: extra })
    const opened = await signed({ 'x-sshauth-message': message, 'x-sshauth-signature': signature })
    expect(opened.status).toBe(200)
    door.tokens.signed = opened.body.access_token
    expect((await door.call('GET', '/auth/me', { as: 'signed' })).body.username).toBe('signer')
    expect((await signed({ 'x-sshauth-message': message })).body.errors).toHaveProperty('x-sshauth-signature')
    expect((await signed({ 'x-sshauth-message': 'x', 'x-sshauth-signature': signature })).status).toBe(400)
    expect((await signed({ 'x-sshauth-message': message, 'x-sshauth-signature': 'AAAA' })).status).toBe(401)
  })
})

describe('accounts (zimfarm.md §17.4)', () => {
  const create = (body: object, as = 'admin') => door.call('POST', '/accounts', { as, body })
  it('are made, read, listed, changed and deleted softly', async () => {
    const made = await create({ username: 'edith', display_name: 'Edith E', password: 'long enough', role: 'editor' })
    expect(made.status).toBe(200)
    expect(made.body).toMatchObject({ username: 'edith', display_name: 'Edith E', has_password: true, role: 'editor' })
    const { id } = made.body
    for (const which of ['edith', id])
      expect((await door.call('GET', `/accounts/${which}`, { as: 'admin' })).body).toEqual(made.body)
    const list = await door.call('GET', '/accounts?username=ith%20e&limit=5', { as: 'manager' })
    expect(list.body).toMatchObject({
      meta: { count: 1, skip: 0, limit: 5, page_size: 1, page: 1 },
      items: [{ id }],
    })
    expect(
      (await door.call('PATCH', `/accounts/${id}`, { as: 'admin', body: { display_name: 'Edith', idp_sub: 'sub-1' } }))
        .status,
    ).toBe(204)
    expect((await door.call('GET', '/accounts/edith', { as: 'admin' })).body).toMatchObject({
      display_name: 'Edith',
      idp_sub: 'sub-1',
    })
    for (let times = 0; times < 2; times++)
      expect((await door.call('DELETE', `/accounts/${id}`, { as: 'admin' })).status).toBe(204)
    expect((await door.call('GET', `/accounts/${id}`, { as: 'admin' })).status).toBe(404)
    expect((await create({ username: 'edith', role: 'editor' })).status).toBe(400)
    expect((await door.call('DELETE', '/accounts/nobody-at-all', { as: 'admin' })).status).toBe(404)
  })
  it('need no user name: a display name does', async () => {
    const { status, body } = await create({ display_name: 'A service', role: 'viewer' })
    expect([status, body.username, body.display_name, body.has_password]).toEqual([200, null, 'A service', false])
    const without = await door.call('GET', '/accounts?show_viewers=false&show_workers=false&limit=200', { as: 'admin' })
    const roles = (without.body.items as { role: string }[]).map(({ role }) => role)
    expect(roles).not.toContain('viewer')
    expect(roles).not.toContain('worker')
  })
  it.each([
    [{ role: 'editor' }, 'body'],
    [{ display_name: 'x', role: 'editor' }, 'display_name'],
    [{ display_name: 'Long enough', password: 'long enough', role: 'editor' }, 'body'],
    [{ username: 'shorty', password: 'short', role: 'editor' }, 'password'],
    [{ username: 'worker-x', role: 'worker' }, 'role'],
    [{ username: 'nobody-x', role: 'king' }, 'role'],
  ])('are refused as %j', async (body, key) => {
    const answer = await create(body)
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ success: false, message: expect.any(String) })
    expect(answer.body.errors).toHaveProperty(key)
  })
  it('get permissions of their own, none that the giver lacks', async () => {
    await create({ username: 'cleaner', password: 'long enough', role: 'editor-requester' })
    const patch = (body: object, as: string) => door.call('PATCH', '/accounts/cleaner', { as, body })
    const scope = { recipes: { create: true, delete: true, nonsense: true }, requested_tasks: { create: true } }
    expect((await patch({ scope, role: 'editor' }, 'admin')).status).toBe(422)
    expect((await patch({ scope }, 'manager')).status).toBe(403)
    expect((await patch({ scope: { tasks: { cancel: true } } }, 'manager')).status).toBe(204)
    expect((await patch({ scope }, 'admin')).status).toBe(204)
    const { body } = await door.call('GET', '/accounts/cleaner', { as: 'manager' })
    expect(body.role).toBe('custom')
    expect(body.scope.recipes).toEqual({
      read: false,
      secrets: false,
      create: true,
      update: false,
      archive: false,
      delete: true,
    })
    expect(body.scope.tasks.cancel).toBe(false)
    expect((await patch({ display_name: 'Somebody' }, 'manager')).status).toBe(403)
    await door.signIn('cleaner', 'long enough')
    expect((await door.call('DELETE', '/recipes/nothing', { as: 'cleaner' })).status).toBe(404)
    expect((await door.call('DELETE', '/recipes/nothing', { as: 'manager' })).status).toBe(403)
  })
  it('change their own password with the current one, others’ with the permission; null takes it away', async () => {
    const password = (as: string, who: string, body: object) =>
      door.call('PATCH', `/accounts/${who}/password`, { as, body })
    expect((await password('editor', 'editor', { new: 'another one' })).status).toBe(400)
    expect((await password('editor', 'editor', { current: 'wrong', new: 'another one' })).status).toBe(401)
    expect((await password('editor', 'editor', { current: PASSWORD })).status).toBe(422)
    expect((await password('editor', 'editor', { current: PASSWORD, new: 'another one' })).status).toBe(204)
    expect((await password('editor', 'manager', { new: 'another one' })).status).toBe(403)
    expect((await password('manager', 'admin', { new: 'another one' })).status).toBe(403)
    expect((await password('manager', 'manager', { new: PASSWORD })).status).toBe(204)
    expect((await password('manager', 'editor', { new: null })).status).toBe(204)
    expect((await login({ username: 'editor', password: 'another one' })).status).toBe(401)
    expect((await door.call('GET', '/accounts/editor', { as: 'admin' })).body.has_password).toBe(false)
  })
})
