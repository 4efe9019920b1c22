import { constants, createHash, createPrivateKey, privateEncrypt } from 'node:crypto'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { v1Door, type V1Door } from '#lib/testing/zimfarm'

const pair = (kind: 'rsa' | 'ed25519') => {
  const made =
    kind === 'rsa' ? ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }) : ssh2.utils.generateKeyPairSync('ed25519')
  const parsed = ssh2.utils.parseKey(made.private)
  if (parsed instanceof Error) throw parsed
  const blob = parsed.getPublicSSH()
  return {
    line: `${made.public} farm-1@host`,
    blob: blob.toString('base64'),
    md5: createHash('md5').update(blob).digest('hex'),
    sign: (message: string) =>
      privateEncrypt(
        { key: createPrivateKey(parsed.getPrivatePEM()), padding: constants.RSA_PKCS1_PADDING },
        Buffer.from(message),
      ).toString('base64'),
  }
}
const key = pair('rsa')
const newer = pair('ed25519')
const NAIVE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/

let farm: TestFarm
let call: V1Door['call']
beforeAll(async () => {
  farm = await testFarm()
  const door = v1Door(farm)
  call = door.call
  for (const role of ['admin', 'manager', 'editor', 'worker'] as const) {
    await farm.account(role, role)
    await door.signIn(role)
  }
  await farm.account('leaver', 'worker')
})
afterAll(() => farm.close())

describe('the keys of a user (zimfarm.md §4.7–4.9)', () => {
  it('are added by the user, as a line or a blob, and told in six fields', async () => {
    const added = await call('POST', '/users/worker/keys', { as: 'worker', body: { name: 'label', key: key.line } })
    expect([added.status, added.text]).toEqual([201, ''])
    const told = {
      name: 'label',
      type: 'RSA',
      fingerprint: key.md5,
      key: key.blob,
      added: expect.stringMatching(NAIVE),
      pkcs8_key: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----\n/),
    }
    expect((await call('GET', '/users/worker/keys', { as: 'worker' })).body).toEqual([told])
    expect((await call('GET', '/users/worker', { as: 'admin' })).body).toMatchObject({ ssh_keys: [told] })
    const bare = { name: 'x', key: key.blob }
    expect((await call('POST', '/users/leaver/keys', { as: 'admin', body: bare })).status).toBe(201)
  })
  it.each([
    ['the same key again', 'worker', { name: 'again', key: key.blob }, 400, { error: expect.any(String) }],
    ['a key that is not RSA', 'worker', { name: 'x', key: newer.line }, 400, { error: expect.stringMatching(/RSA/) }],
    ['what is no base64', 'worker', { name: 'x', key: '!!!' }, 400, { error: expect.any(String) }],
    [
      'no name',
      'worker',
      { key: key.blob },
      400,
      { error: 'Invalid Request JSON', error_description: { name: expect.any(Array) } },
    ],
    [
      'an empty name',
      'worker',
      { name: '', key: key.blob },
      400,
      expect.objectContaining({ error_description: expect.anything() }),
    ],
    [
      'a field that is not known',
      'worker',
      { name: 'x', key: key.blob, y: 1 },
      400,
      expect.objectContaining({ error_description: { y: ['Unknown field.'] } }),
    ],
  ])('are not added: %s', async (_what, username, body, status, answer) => {
    expect(await call('POST', `/users/${username}/keys`, { as: 'worker', body })).toMatchObject({
      status,
      body: answer,
    })
  })
  it('of unknown users are a 404, but first comes the permission', async () => {
    const body = { name: 'x', key: key.blob }
    expect((await call('POST', '/users/nobody/keys', { as: 'admin', body })).status).toBe(404)
    expect((await call('POST', '/users/nobody/keys', { as: 'manager', body })).status).toBe(401)
    expect((await call('GET', '/users/nobody/keys', { as: 'admin' })).status).toBe(404)
  })
  it('are found by anybody, by fingerprint: what the gate of the uploads asks', async () => {
    const wanted = { username: 'worker', key: key.blob, type: 'RSA', name: 'label' }
    const path = (user: string, query = '') => `/users/${user}/keys/${key.md5}${query}`
    expect((await call('GET', path('-', '?with_permission=zim.upload'))).body).toEqual(wanted)
    expect((await call('GET', path('worker'))).body).toEqual(wanted)
    const both = '?with_permission=zim.upload&with_permission=tasks.create'
    expect((await call('GET', path('-', both))).status).toBe(200)
    for (const refused of ['users.read', 'nonsense', 'zim.upload.x', 'constructor.name']) {
      const answer = await call('GET', path('-', `?with_permission=zim.upload&with_permission=${refused}`))
      expect([answer.status, Object.keys(answer.body as object)]).toEqual([401, ['error']])
    }
    const unknown = await call('GET', `/users/-/keys/${'0'.repeat(32)}`)
    expect([unknown.status, unknown.text]).toEqual([404, ''])
    expect((await call('GET', path('editor'))).status).toBe(404)
    expect((await call('GET', path('-', '?other=1'))).status).toBe(400)
  })
  it('of a deleted user are found no more', async () => {
    expect((await call('GET', `/users/leaver/keys/${key.md5}`)).status).toBe(200)
    expect((await call('DELETE', '/users/leaver', { as: 'admin' })).status).toBe(204)
    expect((await call('GET', `/users/leaver/keys/${key.md5}`)).status).toBe(404)
  })
  it('are removed once', async () => {
    const extra = pair('rsa')
    await call('POST', '/users/worker/keys', { as: 'admin', body: { name: 'extra', key: extra.line } })
    const path = `/users/worker/keys/${extra.md5}`
    expect((await call('DELETE', path, { as: 'editor' })).status).toBe(401)
    expect((await call('DELETE', path, { as: 'worker' })).status).toBe(204)
    expect(await call('DELETE', path, { as: 'worker' })).toMatchObject({
      status: 404,
      body: { error: expect.any(String) },
    })
  })
})

describe('the sign-in with a key (zimfarm.md §2.4)', () => {
  const stamp = (seconds = 0, zone = '') =>
    `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, -1)}456${zone}`
  const ask = (message: string, signature: string) =>
    call('POST', '/auth/ssh_authorize', {
      headers: { 'x-sshauth-message': message, 'x-sshauth-signature': signature },
    })
  it.each(['', 'Z', '+00:00'])('opens a session, the time written with the zone %j', async (zone) => {
    const message = `worker:${stamp(0, zone)}`
    const { status, body, headers } = await ask(message, key.sign(message))
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 86_400,
      refresh_token: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache'])
    const claims = JSON.parse(Buffer.from(String(body.access_token).split('.')[1] ?? '', 'base64url').toString())
    expect(Number.isInteger(claims.exp)).toBe(true)
    const authorization = `Token ${body.access_token}`
    expect((await call('GET', '/auth/test', { headers: { authorization } })).status).toBe(204)
    const renewed = await call('POST', '/auth/token', { headers: { 'refresh-token': String(body.refresh_token) } })
    expect(renewed.status).toBe(200)
  })
  it.each([
    ['no headers', async () => call('POST', '/auth/ssh_authorize'), 400],
    ['no base64', async () => ask(`worker:${stamp()}`, '***'), 400],
    ['a message without a time', async () => ask('worker', key.sign('worker')), 400],
    ['a time that is none', async () => ask('worker:yesterday', key.sign('worker:yesterday')), 400],
    ['a time 61 seconds ago', async () => ask(`worker:${stamp(-61)}`, key.sign(`worker:${stamp(-61)}`)), 401],
    ['a time next year', async () => ask(`worker:${stamp(3e7)}`, key.sign(`worker:${stamp(3e7)}`)), 401],
    ['another message', async () => ask(`worker:${stamp()}`, key.sign('worker:x')), 401],
    ['another key', async () => ask(`worker:${stamp()}`, pair('rsa').sign(`worker:${stamp()}`)), 401],
    ['an unknown user', async () => ask(`nobody:${stamp()}`, key.sign(`nobody:${stamp()}`)), 401],
    ['a deleted user', async () => ask(`leaver:${stamp()}`, key.sign(`leaver:${stamp()}`)), 401],
  ])('refuses %s', async (_what, answer, status) => {
    expect(await answer()).toMatchObject({ status, body: { error: expect.any(String) } })
  })
})
