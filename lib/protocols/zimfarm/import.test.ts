import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ANONYMOUS } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { addKey, listKeys } from '#lib/services/keys/manage'
import { getSchedule } from '#lib/services/schedules/get'
import { updateSchedule } from '#lib/services/schedules/update'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'
import { collect } from '#worker/cli/commands/zimfarm-source'
import { importZimfarm } from './import'
import { handleV1 } from './v1/handler'

let old: TestFarm
let here: TestFarm
let server: Server
let address = ''
const NOW = { update: false, dryRun: false }
const nothing = { accounts: [], definitions: [], workers: [], schedules: [] }

/** The other farm: a real one, behind a real HTTP server. */
beforeAll(async () => {
  ;[old, here] = await Promise.all([testFarm(), testFarm()])
  server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const answer = await handleV1(
        old.runtime.context,
        new Request(`http://farm${request.url}`, {
          method: request.method,
          headers: request.headers as Record<string, string>,
          ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
        }),
        String(request.url).replace(/^\/v1/, '').split('?')[0] ?? '',
      )
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
    })()
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`

  const owner = await old.account('farm-1', 'worker')
  await old.account('ed', 'editor')
  await old.account('boss', 'admin')
  const worker = await old.worker(owner.actor.accountId, { name: 'machine-1', kind: 'zimfarm', taskTypes: ['youtube'] })
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await addKey(old.system, { username: 'farm-1', name: 'farm-1@host', key: sshLine(publicKey) })
  const params = { 'api-key': 'very-secret', id: 'PL1', name: 'talks_en' }
  const image = { name: 'openzim/youtube', tag: '3.0' }
  const { id } = await old.schedule({
    name: 'talks',
    taskType: 'youtube',
    periodicity: 'monthly',
    tags: ['a', 'b'],
    config: { params, image, warehousePath: '/videos', monitor: true, shm: 1024, artifactsGlobs: ['*.json'] },
    notification: { ended: { webhook: ['https://example.org/hook'] } },
  })
  await old.system.db.scheduleDuration.create({
    data: { scheduleId: id, workerId: worker.id, seconds: 4321, measuredAt: new Date('2026-01-02T03:04:05Z') },
  })
  await old.schedule({ name: 'plain' })
})
beforeEach(() => vi.stubEnv('ZIMFARM_PASSWORD', PASSWORD))
afterAll(async () => {
  vi.unstubAllEnvs()
  server.close()
  await Promise.all([old.close(), here.close()])
})

/** An OpenSSH line of an RSA key. */
function sshLine(key: KeyObject): string {
  const { n = '', e = '' } = key.export({ format: 'jwk' })
  const field = (bytes: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return Buffer.concat([length, bytes])
  }
  const number = (text: string) => {
    const bytes = Buffer.from(text, 'base64url')
    return field((bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
  }
  return `ssh-rsa ${Buffer.concat([field(Buffer.from('ssh-rsa')), number(e), number(n)]).toString('base64')}`
}

const outcomes = (items: { kind: string; name: string; outcome: string }[]) =>
  items.map(({ kind, name, outcome }) => `${kind} ${name} ${outcome}`)

describe('taking over a Zimfarm', () => {
  it('says in a dry run what it would do, and does nothing', async () => {
    const found = await collect(address, 'boss')
    const items = await importZimfarm(here.system, { ...found, update: false, dryRun: true })
    expect(outcomes(items)).toContain('schedule talks created')
    expect(await here.system.db.schedule.count()).toBe(0)
    expect(await here.system.db.worker.count({ where: { kind: 'zimfarm' } })).toBe(0)
  })
  it('takes accounts, workers, schedules and what was measured; secrets too, for who may see them there', async () => {
    const found = await collect(`${address}/`, 'boss')
    expect(found.missing).toEqual([])
    const items = await importZimfarm(here.system, { ...found, ...NOW })
    expect(outcomes(items)).toEqual([
      'account boss created',
      'account ed created',
      'account farm-1 created',
      'worker machine-1 created',
      'schedule plain created',
      'schedule talks created',
    ])
    const talks = await getSchedule(here.system, 'talks')
    expect(talks).toMatchObject({
      taskType: 'youtube',
      enabled: true,
      periodicity: 'monthly',
      tags: ['a', 'b'],
      config: {
        params: { 'api-key': 'very-secret' },
        image: { name: 'openzim/youtube', tag: '3.0' },
        warehousePath: '/videos',
        monitor: true,
        shm: 1024,
        artifactsGlobs: ['*.json'],
      },
      notification: { ended: { webhook: ['https://example.org/hook'] } },
    })
    expect(talks.durations.workers).toEqual([
      { worker: 'machine-1', seconds: 4321, measuredAt: new Date('2026-01-02T03:04:05Z') },
    ])
    const worker = await here.system.db.worker.findUniqueOrThrow({
      where: { name: 'machine-1' },
      include: { account: true },
    })
    expect([worker.account.username, worker.account.passwordHash, worker.taskTypes]).toEqual([
      'farm-1',
      null,
      ['youtube'],
    ])
    const keysOf = (farm: TestFarm) => listKeys(farm.system, 'farm-1').then((keys) => keys.map((key) => key.sha256))
    expect(await keysOf(here)).toEqual(await keysOf(old))
    expect(await keysOf(here)).toHaveLength(1)
  })
  it('changes nothing when it runs again', async () => {
    const items = await importZimfarm(here.system, { ...(await collect(address, 'boss')), update: true, dryRun: false })
    expect(new Set(items.map((item) => item.outcome))).toEqual(new Set(['unchanged']))
  })
  it('keeps what was changed here, unless told to take theirs', async () => {
    await updateSchedule(here.system, 'plain', { tags: ['ours'] })
    const found = { ...nothing, schedules: (await collect(address, 'boss')).schedules }
    expect(outcomes(await importZimfarm(here.system, { ...found, ...NOW }))).toContain('schedule plain kept')
    expect((await getSchedule(here.system, 'plain')).tags).toEqual(['ours'])
    expect(outcomes(await importZimfarm(here.system, { ...found, update: true, dryRun: false }))).toContain(
      'schedule plain updated',
    )
    expect((await getSchedule(here.system, 'plain')).tags).toEqual([])
  })
  it('leaves masked secrets out, disables the schedule and says so; tells what it may not list', async () => {
    const found = await collect(address, undefined)
    expect(found.accounts).toEqual([])
    expect(found.missing.join()).toContain('--username')
    const talks = found.schedules.find((one) => (one as { name: string }).name === 'talks') as object
    const [item] = await importZimfarm(here.system, {
      ...nothing,
      schedules: [{ ...talks, name: 'talks-masked' }],
      ...NOW,
    })
    expect(item?.outcome).toBe('created')
    expect(item?.notes.join()).toMatch(/api-key is masked there.*disabled.*api-key is required/s)
    const kept = await getSchedule(here.system, 'talks-masked')
    expect([kept.enabled, kept.config.params['api-key'], kept.invalid]).toEqual([
      false,
      undefined,
      { 'config.params.api-key': ['is required'] },
    ])
  })
  it('reads the recipes of version 2, with context; an unknown version takes ours', async () => {
    const recipe = {
      name: 'wiki_br',
      enabled: true,
      archived: false,
      context: 'wikimedia',
      version: '9.9.9',
      language: { code: 'bre', name: 'Breton' },
      tags: [],
      periodicity: 'monthly',
      notification: { requested: null, started: { webhook: null }, ended: { webhook: ['https://example.org/v2'] } },
      config: {
        warehouse_path: '/wikipedia',
        image: { name: 'ghcr.io/openzim/mwoffliner', tag: '1.15.0' },
        resources: { cpu: 3, memory: 4294967296, disk: 21474836480 },
        platform: 'wikimedia',
        monitor: false,
        offliner: {
          offliner_id: 'mwoffliner',
          mwUrl: 'https://br.wikipedia.org/',
          adminEmail: 'x@example.org',
          speed: null,
        },
      },
    }
    const [item] = await importZimfarm(here.system, { ...nothing, schedules: [recipe], ...NOW })
    expect([item?.outcome, item?.notes.join()]).toEqual(['created', expect.stringContaining('9.9.9')])
    expect(await getSchedule(here.system, 'wiki_br')).toMatchObject({
      context: 'wikimedia',
      definitionVersion: 'dev',
      language: { code: 'bre', nameEn: 'Breton' },
      config: { params: { mwUrl: 'https://br.wikipedia.org/', adminEmail: 'x@example.org' } },
      notification: { ended: { webhook: ['https://example.org/v2'] } },
    })
  })
  it('takes the definitions of version 2, once; a type that was not known is made', async () => {
    const schema = {
      flags: { url: { type: 'url', title: 'Address', required: true } },
      stdOutput: true,
      stdStats: false,
    }
    const definitions = [
      { offliner: 'maps', version: '1.0.0', created_at: '2026-01-02T03:04:05Z', schema },
      { offliner: 'zimit', version: '3.0.0', created_at: '2026-01-02T03:04:05Z', schema },
      { offliner: 'zimit', version: 'dev', created_at: '2026-01-02T03:04:05Z', schema },
      { offliner: 'zimit', version: '4.0.0', created_at: '2026-01-02T03:04:05Z', schema: { flags: 7 } },
    ]
    const take = () => importZimfarm(here.system, { ...nothing, definitions, ...NOW })
    expect(outcomes(await take())).toEqual([
      'definition maps 1.0.0 created',
      'definition zimit 3.0.0 created',
      'definition zimit dev kept',
      'definition zimit 4.0.0 refused',
    ])
    expect((await take()).map((item) => item.outcome)).toEqual(['unchanged', 'unchanged', 'kept', 'refused'])
    const types = await here.system.taskTypes.current()
    expect(types.definition('zimit', '3.0.0')?.fields.find((field) => field.key === 'url')).toMatchObject({
      type: 'url',
      required: true,
    })
    expect(types.type('maps')).toMatchObject({ offliner: true, dockerImage: 'openzim/maps' })
  })
  it.each([null, 7, 'x', [], {}, { name: 'no-config' }, { name: 'x', config: { offliner: {} } }])(
    'refuses %j by itself and goes on',
    async (nonsense) => {
      const items = await importZimfarm(here.system, {
        accounts: [nonsense],
        definitions: [nonsense],
        workers: [nonsense],
        schedules: [nonsense],
        ...NOW,
      })
      expect(items.map((item) => item.outcome)).toEqual(['refused', 'refused', 'refused', 'refused'])
    },
  )
  it('refuses each document to whoever may not write it', async () => {
    const found = await collect(address, 'boss')
    const ed = await here.account('new-editor', 'editor')
    const items = await importZimfarm(ed, {
      ...found,
      accounts: [{ username: 'x', role: 'admin' }],
      workers: [],
      ...NOW,
    })
    expect(items[0]).toMatchObject({ outcome: 'refused', notes: [expect.stringContaining('users.create')] })
    const nobody = here.as(ANONYMOUS)
    const all = await importZimfarm(nobody, {
      ...nothing,
      schedules: [{ ...(found.schedules[0] as object), name: 'z' }],
      ...NOW,
    })
    expect(all[0]?.outcome).toBe('refused')
  })
  it.each([
    ['an address without a version', 'http://127.0.0.1:1/', 'must end in /v1 or /v2'],
    ['nobody there', 'http://127.0.0.1:1/v1', 'no answer'],
  ])('says so: %s', async (_, bad, words) => {
    await expect(collect(bad, undefined)).rejects.toThrow(words)
  })
  it('says so when the other farm lets nobody in', async () => {
    vi.stubEnv('ZIMFARM_PASSWORD', 'wrong')
    await expect(collect(address, 'boss')).rejects.toThrow(/does not let boss in \(401\)/)
    vi.stubEnv('ZIMFARM_PASSWORD', '')
    await expect(collect(address, 'boss')).rejects.toBeInstanceOf(CroftError)
  })
})
