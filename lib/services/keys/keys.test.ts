import { constants, createPrivateKey, privateEncrypt, sign, type KeyObject } from 'node:crypto'
import { utils } from 'ssh2'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '#lib/core/access'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { deleteAccount } from '../accounts/manage'
import { actorOfToken } from '../accounts/session'
import type { Context } from '../context'
import { addKey, findKey, listKeys, removeKey } from './manage'
import { parsePublicKey, readFingerprint } from './parse'
import { actorOfWorkerSignature, signInByKey } from './sign-in'

// A key of ours with its fingerprints as ssh-keygen tells them (-l -E md5, -l -E sha256).
const KNOWN = {
  line: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFYm9h3QvZYnN+qVGe/xyF5/PcnfbjZ5nDoNjoY3fDga farm-1@host',
  md5: 'fe0315d2b0a3662c01aa7d4b228eddac',
  sha256: '2wDVj0gRKKcIv7FkyKu/dEZX/wifImJPQR0YSVhYt4w',
}

function keyPair(kind: 'rsa' | 'ecdsa' | 'ed25519', bits?: number): { line: string; secret: KeyObject } {
  const pair =
    kind === 'rsa'
      ? utils.generateKeyPairSync('rsa', { bits: bits ?? 2048 })
      : kind === 'ecdsa'
        ? utils.generateKeyPairSync('ecdsa', { bits: (bits ?? 256) as 256 })
        : utils.generateKeyPairSync('ed25519')
  const parsed = utils.parseKey(pair.private)
  if (parsed instanceof Error) throw parsed
  return { line: `${pair.public} somebody@host`, secret: createPrivateKey(parsed.getPrivatePEM()) }
}
const rsa = keyPair('rsa')
const ecdsa = keyPair('ecdsa')
const ed25519 = keyPair('ed25519')

const rawSignature = (secret: KeyObject, message: string) =>
  privateEncrypt({ key: secret, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(message)).toString('base64')
function digestSignature(secret: KeyObject, message: string, saltLength = constants.RSA_PSS_SALTLEN_MAX_SIGN) {
  const bytes = Buffer.from(message)
  if (secret.asymmetricKeyType === 'rsa')
    return sign('sha256', bytes, { key: secret, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }).toString(
      'base64',
    )
  return sign(secret.asymmetricKeyType === 'ed25519' ? null : 'sha256', bytes, secret).toString('base64')
}

describe('parsing', () => {
  it('takes a line or the bare blob, and tells the fingerprints that ssh-keygen tells', () => {
    const parsed = parsePublicKey(KNOWN.line)
    expect(parsed).toMatchObject({ type: 'ED25519', md5: KNOWN.md5, sha256: KNOWN.sha256, comment: 'farm-1@host' })
    expect(parsed.pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n[\s\S]+-----END PUBLIC KEY-----\n$/)
    expect(parsePublicKey(` ${parsed.key}\n`)).toEqual({ ...parsed, comment: null })
  })
  it.each([
    ['rsa', 'RSA', 1024],
    ['rsa', 'RSA', 3072],
    ['ecdsa', 'ECDSA', 256],
    ['ecdsa', 'ECDSA', 384],
    ['ecdsa', 'ECDSA', 521],
    ['ed25519', 'ED25519', undefined],
  ] as const)('knows %s keys as %s (%s bits)', (kind, type, bits) => {
    expect(parsePublicKey(keyPair(kind, bits).line).type).toBe(type)
  })
  const blob = (rsa.line.split(' ')[1] ?? '').replace(/=+$/, '')
  const bytes = Buffer.from(blob, 'base64')
  it.each([
    ['nothing', ''],
    ['words', 'this is no key'],
    ['base64 of something else', Buffer.from('hello world, this is text').toString('base64')],
    ['a blob that was cut', bytes.subarray(0, 100).toString('base64')],
    ['a blob with something behind it', Buffer.concat([bytes, Buffer.from('more')]).toString('base64')],
    ['a line whose algorithm is not its blob’s', `ssh-ed25519 ${blob}`],
    ['characters that are not base64', `ssh-rsa ${blob.slice(0, 40)}!${blob.slice(40)}`],
    ['an RSA key of 512 bits', keyPair('rsa', 512).line],
    ['a very long text', 'A'.repeat(20_000)],
    ['another algorithm', `ssh-dss ${blob}`],
  ])('refuses %s', (_name, text) => {
    expect(() => parsePublicKey(text)).toThrow(/no public key that can be used/)
  })
  it('reads fingerprints as clients write them', () => {
    const md5 = 'a'.repeat(32)
    expect(readFingerprint(md5.toUpperCase())).toEqual({ md5 })
    expect(readFingerprint(md5.match(/../g)?.join(':') ?? '')).toEqual({ md5 })
    expect(readFingerprint(`SHA256:${KNOWN.sha256}`)).toEqual({ sha256: KNOWN.sha256 })
    expect(readFingerprint('nonsense')).toBeNull()
  })
})

let farm: TestFarm
let owner: Context & { actor: Extract<Actor, { kind: 'account' }> }
let other: typeof owner
beforeAll(async () => {
  farm = await testFarm()
  owner = await farm.account('owner', 'worker')
  other = await farm.account('other', 'worker')
  await farm.worker(owner.actor.accountId, { name: 'farm.example-1' })
  for (const { line } of [rsa, ecdsa, ed25519]) await addKey(owner, { username: 'owner', key: line })
})
afterAll(() => farm.close())
afterEach(() => farm.at(null))

describe('the keys of an account', () => {
  const admin = () => farm.system
  it('are added and listed by their owner, and by those who may', async () => {
    expect((await listKeys(owner, 'owner')).map(({ type, name }) => [type, name])).toEqual([
      ['RSA', 'somebody@host'],
      ['ECDSA', 'somebody@host'],
      ['ED25519', 'somebody@host'],
    ])
    await expect(listKeys(other, 'owner')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(addKey(other, { username: 'owner', key: rsa.line })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await listKeys(admin(), 'owner')).toHaveLength(3)
  })
  it('are each there once, and only of the types that the door takes', async () => {
    await expect(addKey(owner, { username: 'owner', key: rsa.line })).rejects.toMatchObject({ code: 'conflict' })
    await expect(addKey(owner, { username: 'owner', key: ecdsa.line, types: ['RSA'] })).rejects.toMatchObject({
      code: 'invalid',
    })
    await expect(addKey(admin(), { username: 'nobody', key: rsa.line })).rejects.toMatchObject({ code: 'not_found' })
  })
  it('of an administrator are changed by administrators alone', async () => {
    await farm.account('boss', 'admin')
    const manager = await farm.account('a-manager', 'manager')
    await expect(addKey(manager, { username: 'boss', key: rsa.line })).rejects.toMatchObject({ code: 'forbidden' })
    const { sha256 } = await addKey(admin(), { username: 'boss', key: rsa.line })
    await expect(removeKey(manager, 'boss', `SHA256:${sha256}`)).rejects.toMatchObject({ code: 'forbidden' })
    await removeKey(admin(), 'boss', `SHA256:${sha256}`)
  })
  it('are found by either fingerprint, of one account or anybody’s', async () => {
    const { md5, sha256 } = parsePublicKey(rsa.line)
    const nobody = { ...owner, actor: { kind: 'anonymous' } as const }
    for (const fingerprint of [md5, `SHA256:${sha256}`, sha256])
      expect((await findKey(nobody, { fingerprint, username: null })).account.username).toBe('owner')
    expect((await findKey(nobody, { fingerprint: md5, username: 'owner' })).key.type).toBe('RSA')
    expect(
      (await findKey(nobody, { fingerprint: md5, username: null, worker: 'farm.example-1' })).account.username,
    ).toBe('owner')
    await expect(findKey(nobody, { fingerprint: md5, username: 'other' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(findKey(nobody, { fingerprint: 'x', username: null })).rejects.toMatchObject({ code: 'not_found' })
  })
  it('count for an account that has the permission, where two accounts have the same key', async () => {
    const { md5 } = parsePublicKey(rsa.line)
    const editor = await farm.account('an-editor', 'editor')
    await addKey(editor, { username: 'an-editor', key: rsa.line })
    const may = ({ scope }: { scope: { zim?: Record<string, boolean> } }) => scope.zim?.upload === true
    expect((await findKey(owner, { fingerprint: md5, username: null }, may)).account.username).toBe('owner')
    await expect(findKey(owner, { fingerprint: md5, username: 'an-editor' }, may)).rejects.toMatchObject({
      code: 'forbidden',
    })
    await removeKey(editor, 'an-editor', md5)
    await expect(removeKey(editor, 'an-editor', md5)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('WORKER.TIMESTAMP.SIGNATURE', () => {
  const bearer = (secret: KeyObject, at = new Date(), worker = 'farm.example-1') => {
    const message = `${worker}.${at.toISOString().slice(0, 19)}`
    return `${message}.${digestSignature(secret, message)}`
  }
  it.each([
    ['RSA', rsa.secret],
    ['ECDSA', ecdsa.secret],
    ['Ed25519', ed25519.secret],
  ])('speaks for the account of the worker, signed with %s', async (_type, secret) => {
    expect(await actorOfWorkerSignature(owner, bearer(secret))).toMatchObject({
      kind: 'account',
      username: 'owner',
      role: 'worker',
      sessionId: null,
    })
  })
  it('takes any length of salt, and the same signature again within its time', async () => {
    const message = `farm.example-1.${new Date().toISOString().slice(0, 19)}`
    for (const salt of [0, 20, constants.RSA_PSS_SALTLEN_DIGEST]) {
      const token = `${message}.${digestSignature(rsa.secret, message, salt)}`
      expect((await actorOfWorkerSignature(owner, token))?.username).toBe('owner')
      expect((await actorOfWorkerSignature(owner, token))?.username).toBe('owner')
    }
  })
  it('is valid for 60 seconds, and tells how wrong the clock is', async () => {
    const at = new Date('2026-01-02T03:04:05Z')
    const token = bearer(rsa.secret, at)
    const after = async (seconds: number) => {
      farm.at(new Date(at.getTime() + seconds * 1000))
      return actorOfWorkerSignature(owner, token)
    }
    expect(await after(60)).not.toBeNull()
    expect(await after(-15 * 60)).not.toBeNull()
    await expect(after(61)).rejects.toMatchObject({ code: 'unauthenticated', message: /61 s behind the farm's/ })
    await expect(after(-15 * 60 - 1)).rejects.toMatchObject({ message: /901 s ahead of the farm's/ })
  })
  it.each([
    ['another key', () => bearer(keyPair('rsa').secret)],
    ['a key of v1’s scheme', () => bearer(rsa.secret).replace(/[^.]+$/, rawSignature(rsa.secret, 'x'))],
    ['another worker’s name', () => bearer(rsa.secret).replace('farm.example-1', 'farm.example-2')],
    [
      'another time',
      () => bearer(rsa.secret, new Date(Date.now() - 5000)).replace(/T[\d:]+/, new Date().toISOString().slice(10, 19)),
    ],
    ['an empty signature', () => `farm.example-1.${new Date().toISOString().slice(0, 19)}.AA==`],
  ])('is refused with %s', async (_name, token) => {
    await expect(actorOfWorkerSignature(owner, token())).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  it.each(['', 'nonsense', 'a.b.c', 'eyJh.eyJi.c2ln', 'farm.2026-13-45T99:99:99.AAAA'])(
    'leaves %j to those who read tokens of another kind',
    async (token) => {
      expect(await actorOfWorkerSignature(owner, token)).toBeNull()
    },
  )
  it('is worth nothing once the worker or its account is deleted', async () => {
    const leaver = await farm.account('leaver', 'worker')
    const { id } = await farm.worker(leaver.actor.accountId, { name: 'leaving' })
    await addKey(leaver, { username: 'leaver', key: ed25519.line })
    const token = bearer(ed25519.secret, new Date(), 'leaving')
    expect((await actorOfWorkerSignature(owner, token))?.username).toBe('leaver')
    await farm.system.db.worker.update({ where: { id }, data: { deletedAt: new Date() } })
    await expect(actorOfWorkerSignature(owner, token)).rejects.toMatchObject({ code: 'unauthenticated' })
    await farm.system.db.worker.update({ where: { id }, data: { deletedAt: null } })
    await deleteAccount(farm.system, 'leaver')
    await expect(actorOfWorkerSignature(owner, token)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

describe('a session for a signed message', () => {
  const message = (who: string, at = new Date(), zone = '') => `${who}:${at.toISOString().slice(0, -1)}000${zone}`
  it('opens by v1’s signature over the message itself, with or without a zone', async () => {
    for (const zone of ['', 'Z', '+00:00']) {
      const text = message('owner', new Date(), zone)
      const signature = rawSignature(rsa.secret, text)
      const tokens = await signInByKey(owner, { message: text, signature, scheme: 'raw', who: 'account' })
      expect((await actorOfToken(owner, tokens.accessToken)).username).toBe('owner')
    }
  })
  it('opens by v2’s signature in the name of a worker', async () => {
    const text = message('farm.example-1')
    const tokens = await signInByKey(owner, {
      message: text,
      signature: digestSignature(ecdsa.secret, text),
      scheme: 'digest',
      who: 'worker',
    })
    expect(tokens.actor.username).toBe('owner')
  })
  it.each([
    [
      'v2’s signature under v1',
      () => [message('owner'), digestSignature(rsa.secret, message('owner'))],
      'unauthenticated',
    ],
    [
      'a signature over another message',
      () => [message('owner'), rawSignature(rsa.secret, 'owner:x')],
      'unauthenticated',
    ],
    ['an unknown account', () => [message('nobody'), rawSignature(rsa.secret, message('nobody'))], 'unauthenticated'],
    ['another account’s name', () => [message('other'), rawSignature(rsa.secret, message('other'))], 'unauthenticated'],
    ['no time', () => ['owner', 'AAAA'], 'invalid'],
    ['a time that is none', () => ['owner:2025-13-45T10:00:00', 'AAAA'], 'invalid'],
    ['no base64', () => [message('owner'), '!!'], 'invalid'],
  ] as const)('does not open by %s', async (_name, made, code) => {
    const [text = '', signature = ''] = made()
    await expect(signInByKey(owner, { message: text, signature, scheme: 'raw', who: 'account' })).rejects.toMatchObject(
      { code },
    )
  })
})
