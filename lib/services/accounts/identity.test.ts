import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { doorV2, type DoorV2 } from '#lib/testing/zimfarm-v2'

const ISSUER = 'https://login.example.org/'
let farm: TestFarm
let door: DoorV2
let provider: Server
let key: CryptoKey
let stranger: CryptoKey
beforeAll(async () => {
  const pair = await generateKeyPair('RS256')
  key = pair.privateKey
  stranger = (await generateKeyPair('RS256')).privateKey
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  provider = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ keys: [jwk] }))
  })
  await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done))
  farm = await testFarm({
    AUTH_MODES: 'oauth-oidc',
    OAUTH_ISSUER: ISSUER,
    OAUTH_JWKS_URI: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks.json`,
    OAUTH_AUDIENCE: 'farm, other',
    CREATE_NEW_OAUTH_ACCOUNT: 'true',
  })
  door = doorV2(farm)
})
afterAll(async () => {
  await farm.close()
  await new Promise((done) => provider.close(done))
})

type Claims = Record<string, unknown>
const signed = (claims: Claims, by = key, issuer = ISSUER) =>
  new SignJWT({ aud: 'farm', aal: 'aal2', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime('5 minutes')
    .sign(by)
const ask = (token: string) => door.call('GET', '/auth/me', { headers: { authorization: `Bearer ${token}` } })
const account = (idpSub: string) => farm.system.db.account.findUnique({ where: { idpSub } })

describe('a token of the identity provider (zimfarm.md §17.1)', () => {
  it('speaks for the account that has its subject, whose name it keeps up to date', async () => {
    const { actor } = await farm.account('ada', 'editor')
    await farm.system.db.account.update({ where: { id: actor.accountId }, data: { idpSub: 'ada-1' } })
    const { status, body } = await ask(await signed({ sub: 'ada-1', name: 'Ada L.' }))
    expect([status, (body as { username: string }).username]).toEqual([200, 'ada'])
    expect((await account('ada-1'))?.displayName).toBe('Ada L.')
  })
  it('makes an unknown person a viewer, once, also when it comes five times at once', async () => {
    const token = await signed({ sub: 'new-1', name: 'Newcomer', amr: ['pwd', 'totp'], aal: undefined })
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(token)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(await account('new-1')).toMatchObject({ role: 'viewer', displayName: 'Newcomer' })
    expect((await ask(await signed({ sub: 'new-2' }))).status).toBe(401)
  })
  it('needs a second factor, but of a program', async () => {
    expect((await ask(await signed({ sub: 'one-factor', name: 'One', aal: 'aal1' }))).status).toBe(401)
    expect(await account('one-factor')).toBeNull()
    const program = await signed({ sub: 'program', client_id: 'program', name: 'wp1', aal: undefined })
    expect((await ask(program)).status).toBe(200)
  })
  it.each<[string, () => Promise<string>]>([
    ['of another audience', () => signed({ sub: 'ada-1', aud: 'elsewhere' })],
    ['of another issuer', () => signed({ sub: 'ada-1' }, key, 'https://other.example/')],
    ['signed by somebody else', () => signed({ sub: 'ada-1' }, stranger)],
    ['without a subject', () => signed({ name: 'Nobody' })],
    [
      'that is too old',
      () =>
        new SignJWT({ aud: 'farm', aal: 'aal2', sub: 'ada-1' })
          .setProtectedHeader({ alg: 'RS256', kid: 'one' })
          .setIssuer(ISSUER)
          .setIssuedAt(1)
          .setExpirationTime(2)
          .sign(key),
    ],
  ])('is refused %s', async (_, make) => expect((await ask(await make())).status).toBe(401))
  it('is refused for an account that is gone', async () => {
    const token = await signed({ sub: 'leaver', name: 'Leaver' })
    expect((await ask(token)).status).toBe(200)
    await farm.system.db.account.update({ where: { idpSub: 'leaver' }, data: { deletedAt: new Date() } })
    expect((await ask(token)).status).toBe(401)
  })
  it('is the only way in where passwords do not count', async () => {
    const body = { username: 'ada', password: 'whatever it is' }
    expect((await door.call('POST', '/auth/authorize', { body })).status).toBe(401)
  })
})
