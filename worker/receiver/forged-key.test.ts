import { once } from 'node:events'
import ssh2, { type ParsedKey } from 'ssh2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addKey } from '#lib/services/keys/manage'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { hostKey } from './host-key'
import { startReceiver, type Receiver } from './receiver'

const { Client, utils } = ssh2
const KINDS = {
  ed25519: () => utils.generateKeyPairSync('ed25519'),
  rsa: () => utils.generateKeyPairSync('rsa', { bits: 2048 }),
}
const parse = (text: string): ParsedKey => {
  const key = utils.parseKey(text)
  if (key instanceof Error) throw key
  return key
}

let farm: TestFarm
let receiver: Receiver
const pairs = { ed25519: KINDS.ed25519(), rsa: KINDS.rsa() }
beforeAll(async () => {
  farm = await testFarm()
  receiver = await startReceiver(farm.runtime.context, {
    host: '127.0.0.1',
    port: 0,
    hostKey: await hostKey(farm.runtime.env.CROFT_HOME),
  })
  const owner = await farm.account('owner', 'worker')
  for (const { public: key } of Object.values(pairs)) await addKey(owner, { username: 'owner', key })
})
afterAll(async () => {
  await receiver.stop()
  await farm.close()
})

/** Signs in; whatever the key object says of itself is what is sent. */
async function signIn(key: ParsedKey): Promise<'in' | 'refused'> {
  const client = new Client()
  const ready = once(client, 'ready').then(() => 'in' as const)
  const handler = [{ type: 'publickey' as const, username: 'anybody', key: key as unknown as string }]
  client.connect({ host: '127.0.0.1', port: receiver.port, username: 'anybody', authHandler: handler })
  const outcome = await ready.catch(() => 'refused' as const)
  client.end()
  return outcome
}
/** What anybody can make of a public key alone. */
const forged = (kind: keyof typeof KINDS, algorithm: string): ParsedKey =>
  Object.assign(parse(KINDS.ed25519().private), {
    type: algorithm,
    getPublicSSH: () => parse(pairs[kind].public).getPublicSSH(),
    sign: () => Buffer.alloc(64, 1),
  })

it.each(['ed25519', 'rsa'] as const)('lets the owner of an %s key in', async (kind) => {
  expect(await signIn(parse(pairs[kind].private))).toBe('in')
})
it.each([
  ['ed25519', 'ssh-ed25519'],
  ['ed25519', 'rsa-sha2-256'],
  ['ed25519', 'rsa-sha2-512'],
  ['rsa', 'rsa-sha2-256'],
  ['rsa', 'ssh-rsa'],
  ['rsa', 'ssh-ed25519'],
] as const)('lets nobody in who only knows the public %s key, also signing as %s', async (kind, algorithm) => {
  expect(await signIn(forged(kind, algorithm))).toBe('refused')
})
