import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { deliverNotice } from '#worker/dispatcher/processors/notice'
import { download } from '#lib/http/download'
import { handleV1 } from '#lib/protocols/zimfarm/v1/handler'
import { handleV2 } from '#lib/protocols/zimfarm/v2/handler'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { testS3 } from '#lib/testing/s3'
import { createApiToken } from '../accounts/tokens'
import { listNotices } from '../notices/list'
import { dueNotices } from '../notices/deliver'
import { getTask } from '../tasks/get'
import { remoteReport, type RemoteReport } from '../tasks/remote-report'
import { requestTasks } from '../tasks/request'
import { showTask } from '../tasks/show'
import { claimTask } from '../tasks/take'
import { openUpload } from '../uploads/open'
import { settleForgotten, settleUpload } from '../uploads/settle'
import { removeDiscarded } from './discard'
import { expireFiles } from './expire'
import { pendingForCatalogue } from './pending'

type Account = Awaited<ReturnType<TestFarm['account']>>
const DAY = 86_400_000
let names = 0

async function held(farm: TestFarm, account: Account, change: Parameters<TestFarm['schedule']>[0] = {}) {
  const name = `foreign-${++names}`
  await farm.schedule({ name, ...change })
  const { requested } = await requestTasks(farm.system, { schedules: [name] })
  const taskId = requested[0]?.id ?? ''
  const worker = await farm.worker(account.actor.accountId, { name: `zimfarm-${names}`, kind: 'zimfarm' })
  if ((await claimTask(account, worker, taskId)) === null) throw new Error('not taken')
  const report = (told: RemoteReport) => remoteReport(account, taskId, told)
  return { taskId, report }
}
const INFO = {
  id: '6a1f0a6e-0d5c-0f3b-9c55-1d2e3f405162',
  counter: { 'text/html': 12 },
  article_count: 12,
  media_count: 3,
  size: 9,
  metadata: { Name: 'x', Date: '2026-11-01' },
}

describe('the catalogue', () => {
  let catalogue: Server
  let endpoint = ''
  let answers: number[] = []
  const heard: { path: string; auth: string | undefined; body: unknown }[] = []
  let farm: TestFarm
  let worker: Account
  beforeAll(async () => {
    catalogue = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => {
        heard.push({ path: request.url ?? '', auth: request.headers.authorization, body: JSON.parse(body) })
        response.writeHead(answers.shift() ?? 201, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ uuid: 'book-1', title: 'x_title' }))
      })
    }).listen(0, '127.0.0.1')
    await new Promise((done) => catalogue.once('listening', done))
    endpoint = `http://127.0.0.1:${(catalogue.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    heard.length = 0
    await farm.close()
  })
  afterAll(() => void catalogue.close())
  async function open(settings: Record<string, string>) {
    farm = await testFarm({ INFORM_CMS: '1', CMS_ZIM_DOWNLOAD_URL: 'https://mirror.example.org/zim/', ...settings })
    worker = await farm.account('worker-a', 'worker')
  }
  async function deliver(minutes: number) {
    farm.at(new Date(Date.now() + minutes * 60_000))
    const due = await dueNotices(farm.system, 100)
    await Promise.all([...due, ...due].map((id) => deliverNotice(farm.system, id, 'test')))
    farm.at(null)
  }
  const cmsOf = async (taskId: string) => (await getTask(worker, taskId)).files[0]?.cms

  it('is told of a checked file after the report, again when it fails, and once', async () => {
    await open({ CMS_ENDPOINT: `${endpoint}/v1/books/add` })
    const { taskId, report } = await held(farm, worker)
    answers = [500, 201]
    await report({ kind: 'file', status: 'created', name: 'x.zim', size: 9 })
    await report({ kind: 'file', status: 'uploaded', name: 'x.zim' })
    await report({ kind: 'check', name: 'x.zim', check: { result: 0, info: INFO } })
    expect(heard).toEqual([])
    await deliver(0)
    expect(await cmsOf(taskId)).toMatchObject({ status: 500, succeeded: false, bookId: null })
    await deliver(60)
    expect(await cmsOf(taskId)).toMatchObject({ status: 201, succeeded: true, bookId: 'book-1', title: 'x_title' })
    await report({ kind: 'check', name: 'x.zim', check: { result: 0, info: INFO } })
    await deliver(120)
    expect(heard).toHaveLength(2)
    expect(heard[1]?.body).toEqual({
      ...INFO,
      period: '2026-11-01',
      url: 'https://mirror.example.org/zim/other/x.zim',
      zimcheck: { status: true },
    })
    const v1 = await handleV1(farm.runtime.context, new Request(`http://x/v1/tasks/${taskId}`), `/tasks/${taskId}`)
    expect((await v1.json()).files['x.zim']).toMatchObject({
      info: INFO,
      cms: { status_code: 201, succeeded: true, book_id: 'book-1', title_ident: 'x_title' },
    })
    expect(await listNotices(farm.system, taskId)).toMatchObject([{ channel: 'cms', status: 'delivered' }])
  })
  it('in its newer way is told when the results of the check are uploaded too, with a token', async () => {
    await open({ CMS_BASE_URL: `${endpoint}/v1/`, CMS_TOKEN: 'for the catalogue' })
    const { taskId, report } = await held(farm, worker)
    answers = [200]
    await report({ kind: 'file', status: 'created', name: 'x.zim', size: 9, info: INFO })
    await report({ kind: 'check', name: 'x.zim', check: { result: 0 } })
    await report({ kind: 'file', status: 'uploaded', name: 'x.zim' })
    await deliver(0)
    expect(heard).toEqual([])
    expect(await pendingForCatalogue(worker, { skip: 0, limit: 9 })).toMatchObject({ count: 0 })
    await report({ kind: 'check_kept', name: 'x.zim', checkFile: 'x_zimcheck.json' })
    expect(await pendingForCatalogue(worker, { skip: 0, limit: 9 })).toMatchObject({
      items: [{ name: 'x.zim', taskId }],
    })
    await deliver(1)
    expect(heard).toMatchObject([
      {
        path: '/v1/zimfarm-notifications',
        auth: 'Bearer for the catalogue',
        body: { ...INFO, folder_name: 'other', filename: 'x.zim', zimcheck_url: 'x_zimcheck.json' },
      },
    ])
    expect(await pendingForCatalogue(worker, { skip: 0, limit: 9 })).toMatchObject({ count: 0 })
    expect((await getTask(worker, taskId)).keptFiles).toMatchObject([{ name: 'x_zimcheck.json', kind: 'check' }])
  })
  it('hears nothing of files whose content nobody knows, or when it is not wanted', async () => {
    await open({ CMS_ENDPOINT: endpoint })
    const { report } = await held(farm, worker)
    await report({ kind: 'check', name: 'y.zim', check: { result: 1 } })
    await deliver(0)
    expect(await farm.system.db.notice.count()).toBe(0)
  })
})

describe('files whose time is over', () => {
  let farm: TestFarm
  let worker: Account
  beforeAll(async () => {
    farm = await testFarm({ LOGS_EXPIRATION: '3' })
    worker = await farm.account('worker-a', 'worker')
  })
  afterAll(() => farm.close())
  async function upload(path: string, text: string) {
    const writer = await openUpload(worker, { path, mode: 'new' })
    await writer.write(0, Buffer.from(text))
    await writer.close()
    return writer.row
  }
  it('lose their bytes, not their rows; ZIMs stay for ever unless it is said', async () => {
    const { taskId, report } = await held(farm, worker)
    await report({ kind: 'start' })
    await upload('/logs/t.log', 'log')
    await upload('/zim/other/t.zim', 'zim')
    await report({ kind: 'file', status: 'created', name: 't.zim', size: 3 })
    await report({ kind: 'file', status: 'uploaded', name: 't.zim' })
    await report({ kind: 'kept', logFile: 't.log' })
    const before = await farm.system.db.file.findMany({ where: { taskId }, orderBy: { name: 'asc' } })
    expect(before.map((row) => row.storageKey !== null)).toEqual([true, true])
    await expireFiles(farm.system, 100)
    farm.at(new Date(Date.now() + 3.1 * DAY))
    expect(await Promise.all([expireFiles(farm.system, 100), expireFiles(farm.system, 100)])).toContain(1)
    await removeDiscarded(farm.system, () => Promise.resolve(true))
    farm.at(null)
    const after = await farm.system.db.file.findMany({ where: { taskId }, orderBy: { name: 'asc' } })
    expect(after).toMatchObject([
      { name: 't.log', status: 'uploaded', storageKey: null },
      { storageKey: before[1]?.storageKey },
    ])
    expect(await farm.system.storage.size(before[0]?.storageKey ?? '')).toBeNull()
    expect(await farm.system.storage.size(before[1]?.storageKey ?? '')).toBe(3)
    expect(await farm.system.db.event.count({ where: { kind: 'file.expired', taskId } })).toBe(1)
  })
  it('and uploads that no task told of are forgotten after a week', async () => {
    const row = await upload('/zim/other/nobody.zim', 'whose?')
    await expireFiles(farm.system, 100)
    expect(await farm.system.db.upload.count({ where: { id: row.id } })).toBe(1)
    farm.at(new Date(Date.now() + 8 * DAY))
    await expireFiles(farm.system, 100)
    farm.at(null)
    expect(await farm.system.db.upload.count({ where: { id: row.id } })).toBe(0)
    expect((await farm.system.storage.draft(row.storageKey)).size).toBe(0)
  })
  it('settled by five at once, or after a death in the middle of it, an upload is whole and belongs to its task', async () => {
    const { taskId, report } = await held(farm, worker)
    await report({ kind: 'file', status: 'created', name: 'five.zim', size: 4 })
    await report({ kind: 'file', status: 'created', name: 'dead.zim', size: 4 })
    const five = await upload('/zim/other/five.zim', 'five')
    const dead = await upload('/zim/other/dead.zim', 'dead')
    await (await farm.system.storage.draft(dead.storageKey)).finish()
    await Promise.all([1, 2, 3, 4, 5].map(() => settleUpload(worker, five.id)))
    await settleUpload(worker, dead.id)
    const rows = await farm.system.db.file.findMany({ where: { taskId }, orderBy: { name: 'asc' } })
    const texts = await Promise.all(
      rows.map(async (row) => (await buffer(await farm.system.storage.open(row.storageKey ?? ''))).toString()),
    )
    expect(texts).toEqual(['dead', 'five'])
    expect(await farm.system.db.event.count({ where: { kind: 'file.stored', taskId } })).toBe(2)
  })
  it('what a dead process left unsettled is found', async () => {
    const { taskId, report } = await held(farm, worker)
    await report({ kind: 'file', status: 'uploaded', name: 'late.zim' })
    await farm.system.db.file.updateMany({ where: { taskId }, data: { size: 4 } })
    await upload('/zim/other/late.zim', 'late')
    expect(await settleForgotten(farm.system, 10)).toBe(0)
    farm.at(new Date(Date.now() + 120_000))
    expect(await settleForgotten(farm.system, 10)).toBe(1)
    farm.at(null)
    expect((await getTask(worker, taskId)).files).toMatchObject([{ name: 'late.zim', stored: true, size: 4 }])
  })
})

describe('what workers upload to S3 by themselves', () => {
  let s3: Awaited<ReturnType<typeof testS3>>
  let farm: TestFarm
  let worker: Account
  let client: S3Client
  let uri: string
  beforeAll(async () => {
    s3 = await testS3()
    const { host } = new URL(s3.url)
    uri = `s3://${host}/?keyId=FARMKEY&secretAccessKey=farmsecret&bucketName=zims`
    farm = await testFarm({
      S3_URL: s3.url,
      ZIM_UPLOAD_URI: uri,
      LOGS_UPLOAD_URI: 'sftp://up:hidden@logs.example.org:22/logs',
    })
    worker = await farm.account('worker-a', 'worker')
    client = new S3Client({
      endpoint: `http://${host}`,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'FARMKEY', secretAccessKey: 'farmsecret' },
    })
    await client.send(new CreateBucketCommand({ Bucket: 'zims' }))
  }, 120_000)
  afterAll(async () => {
    client.destroy()
    await farm.close()
    await s3.stop()
  }, 60_000)

  it('is found in the bucket that both know, served in ranges, and never removed from there', async () => {
    const { taskId, report } = await held(farm, worker)
    await client.send(new PutObjectCommand({ Bucket: 'zims', Key: 'other/x.zim', Body: 'by the worker' }))
    await report({ kind: 'file', status: 'created', name: 'x.zim', size: 13 })
    await report({ kind: 'file', status: 'uploaded', name: 'x.zim' })
    await report({ kind: 'file', status: 'uploaded', name: 'missing.zim' })
    const { files } = await getTask(worker, taskId)
    expect(files).toMatchObject([
      { name: 'x.zim', stored: true, place: `s3://${new URL(s3.url).host}/zims/other/x.zim` },
      {},
    ])
    const get = (id = '', headers = {}) => download(worker, id, new Request('http://x', { headers }))
    expect(await (await get(files[0]?.id)).text()).toBe('by the worker')
    const part = await get(files[0]?.id, { range: 'bytes=3-5' })
    expect([part.status, await part.text()]).toEqual([206, 'the'])
    await expect(get(files[1]?.id)).rejects.toThrow(/not in the bucket/)
    await farm.system.db.file.updateMany({ where: { taskId }, data: { expiresAt: new Date(0) } })
    await expireFiles(farm.system, 10)
    await removeDiscarded(farm.system, () => Promise.resolve(true))
    const { host } = new URL(s3.url)
    expect(await farm.system.storage.size(`//${host}/zims/other/x.zim`)).toBe(13)
  })
  it('has addresses with keys in them: told to workers, and to nobody else', async () => {
    const notification = {
      started: { webhook: ['http://127.0.0.1:9/'] },
      requested: { webhook: ['http://127.0.0.1:9/'] },
    }
    const { taskId, report } = await held(farm, worker, { notification })
    await report({ kind: 'start' })
    await report({ kind: 'stage', stage: 'running', image: 'x:1', command: ['x'] })
    await report({ kind: 'output', output: { stdout: `uploading to ${uri}`, stderr: '' } })
    const editor = await farm.account('editor', 'editor')
    const tokens = new Map<string, string>()
    for (const account of [worker, editor]) {
      const { username } = account.actor
      tokens.set(username, (await createApiToken(account, { username, name: 't', expiresAt: null })).token)
    }
    const ask = async (version: 'v1' | 'v2', who: string | null) => {
      const headers: Record<string, string> = who === null ? {} : { authorization: `Bearer ${tokens.get(who)}` }
      const path = `/tasks/${taskId}`
      const handle = version === 'v1' ? handleV1 : handleV2
      return (await handle(farm.runtime.context, new Request(`http://x/${version}${path}`, { headers }), path)).text()
    }
    for (const version of ['v1', 'v2'] as const) expect(await ask(version, 'worker-a')).toContain('farmsecret')
    const anonymous = { ...worker, actor: { kind: 'anonymous' as const } }
    const big = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
    const shown = [
      await ask('v1', null),
      await ask('v2', null),
      await ask('v1', 'editor'),
      await ask('v2', 'editor'),
      JSON.stringify(await showTask(anonymous, taskId)),
      JSON.stringify(await listNotices(editor, taskId)),
      JSON.stringify(await farm.system.db.notice.findMany({ where: { taskId } }), big),
      JSON.stringify(await farm.system.db.event.findMany(), big),
    ]
    for (const [index, text] of shown.entries()) {
      expect(text, String(index)).not.toMatch(/farmsecret|FARMKEY|up:hidden/)
      expect(text.length, String(index)).toBeGreaterThan(1)
    }
    expect(await farm.system.db.notice.count({ where: { taskId } })).toBe(2)
  })
})
