import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Upload } from 'tus-js-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { handleV1 } from '#lib/protocols/zimfarm/v1/handler'
import { createApiToken } from '#lib/services/accounts/tokens'
import { getTask } from '#lib/services/tasks/get'
import { remoteReport } from '#lib/services/tasks/remote-report'
import { requestTasks } from '#lib/services/tasks/request'
import { claimTask } from '#lib/services/tasks/take'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { serve } from '#lib/testing/serve'
import { handleUpload } from './upload'

const MIB = 1024 * 1024
let farm: TestFarm
let server: Awaited<ReturnType<typeof serve>>
let folder: string
let worker: Awaited<ReturnType<TestFarm['account']>>
let token: string
let names = 0

beforeAll(async () => {
  const url = 'https://farm.example.org'
  farm = await testFarm({
    CROFT_URL: url,
    ZIM_UPLOAD_URI: `${url}/upload/zim`,
    LOGS_UPLOAD_URI: `${url}/upload/logs`,
  })
  server = await serve((request) => handleUpload(farm.runtime.context, request))
  folder = await mkdtemp(join(tmpdir(), 'croft-http-'))
  worker = await farm.account('worker-a', 'worker')
  token = (await createApiToken(worker, { username: 'worker-a', name: 'uploads', expiresAt: null })).token
})
afterAll(async () => {
  await server.stop()
  await farm.close()
  await rm(folder, { recursive: true })
})

async function held() {
  const name = `http-${++names}`
  await farm.schedule({ name })
  const { requested } = await requestTasks(farm.system, { schedules: [name] })
  const taskId = requested[0]?.id ?? ''
  const registered = await farm.worker(worker.actor.accountId, { name: `zimfarm-${names}`, kind: 'zimfarm' })
  if ((await claimTask(worker, registered, taskId)) === null) throw new Error('not taken')
  return taskId
}
async function file(name: string, bytes: Buffer) {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}
type Answer = { status: number; headers: Headers; body: string }
/** curl, as people use it. */
async function curl(path: string, args: string[] = [], auth = token): Promise<Answer> {
  const bearer = auth === '' ? [] : ['-H', `Authorization: Bearer ${auth}`]
  const text = await new Promise<string>((done, fail) => {
    execFile(
      'curl',
      ['-sS', '-i', '--path-as-is', '-H', 'Expect:', ...bearer, ...args, `${server.url}${path}`],
      (error, out, err) => (error === null ? done(out) : fail(new Error(err))),
    )
  })
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = new Headers(lines.map((line) => line.split(': ', 2) as [string, string]))
  return { status: Number(first.split(' ')[1]), headers, body }
}
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
async function stored(taskId: string, name: string) {
  const row = await farm.system.db.file.findUniqueOrThrow({ where: { taskId_name: { taskId, name } } })
  return buffer(await farm.system.storage.open(row.storageKey ?? ''))
}
const announce = (taskId: string, name: string, size: number) =>
  remoteReport(worker, taskId, { kind: 'file', status: 'created', name, size })

it('takes a whole file by PUT, compares its SHA-256, and gives it to the task that announced it', async () => {
  const taskId = await held()
  const bytes = randomBytes(2 * MIB)
  const path = await file('a.zim', bytes)
  await announce(taskId, 'a.zim', bytes.length)
  const wrong = await curl(`/upload/zim/other/a.zim?sha256=${'0'.repeat(64)}`, ['-T', path])
  expect(wrong).toMatchObject({ status: 400, body: expect.stringMatching(/damaged/) })
  expect((await curl('/upload/zim/other/a.zim', ['-I'])).status).toBe(404)
  const digest = createHash('sha256').update(bytes).digest('base64')
  const right = await curl('/upload/zim/other/a.zim', ['-T', path, '-H', `Repr-Digest: sha-256=:${digest}:`])
  expect(right.status).toBe(201)
  const [known] = (await getTask(worker, taskId)).files
  expect(JSON.parse(right.body)).toEqual({
    path: '/zim/other/a.zim',
    size: bytes.length,
    sha256: sha256(bytes),
    file: known?.id,
  })
  expect(known).toMatchObject({ status: 'uploaded', stored: true })
  expect((await stored(taskId, 'a.zim')).equals(bytes)).toBe(true)
})
it('goes on where a killed client stopped, and says where that was', async () => {
  const taskId = await held()
  const bytes = randomBytes(6 * MIB)
  const path = await file('b.zim', bytes)
  await announce(taskId, 'b.zim', bytes.length)
  const slow = spawn(
    'curl',
    [
      '-sS',
      '--limit-rate',
      '2M',
      '-T',
      path,
      '-H',
      `Authorization: Bearer ${token}`,
      `${server.url}/upload/zim/other/b.zim`,
    ],
    { stdio: 'ignore' },
  )
  const offset = async () => Number((await curl('/upload/zim/other/b.zim', ['-I'])).headers.get('upload-offset') ?? 0)
  await expect.poll(offset, { timeout: 20_000 }).toBeGreaterThan(MIB)
  slow.kill('SIGKILL')
  const row = () => farm.system.db.upload.findFirstOrThrow({ where: { path: '/zim/other/b.zim' } })
  await expect.poll(async () => Number((await row()).size), { timeout: 20_000 }).toBeGreaterThan(0)
  const at = await offset()
  const misplaced = await curl('/upload/zim/other/b.zim', ['-C', String(at - 1), '-T', path])
  expect(misplaced).toMatchObject({ status: 409, body: expect.stringMatching(new RegExp(`${at} bytes have come`)) })
  expect(misplaced.headers.get('upload-offset')).toBe(String(at))
  const rest = await curl(`/upload/zim/other/b.zim?sha256=${sha256(bytes)}`, ['-C', String(at), '-T', path])
  expect(rest).toMatchObject({ status: 201 })
  expect((await stored(taskId, 'b.zim')).equals(bytes)).toBe(true)
})
it('speaks tus with its own client, in pieces, after a break, and refuses a damaged piece', async () => {
  const taskId = await held()
  const bytes = randomBytes(5 * MIB)
  await announce(taskId, 'c d.zim', bytes.length)
  const headers = { authorization: `Bearer ${token}` }
  const metadata = { filename: 'c d.zim', sha256: sha256(bytes) }
  const endpoint = `${server.url}/upload/zim/other/`
  const options = { endpoint, headers, metadata, chunkSize: MIB, uploadSize: bytes.length }
  const broken = new Upload(bytes, {
    ...options,
    onChunkComplete: (_, accepted) => {
      if (accepted >= 2 * MIB) void broken.abort()
    },
  })
  broken.start()
  const address = `${server.url}/upload/zim/other/c%20d.zim`
  const offset = async () => Number((await fetch(address, { method: 'HEAD', headers })).headers.get('upload-offset'))
  await expect.poll(offset, { timeout: 20_000 }).toBeGreaterThanOrEqual(2 * MIB)
  await broken.abort()
  const at = await offset()
  const piece = (checksum: string) =>
    fetch(address, {
      method: 'PATCH',
      headers: {
        ...headers,
        'tus-resumable': '1.0.0',
        'upload-offset': String(at),
        'upload-checksum': checksum,
        'content-type': 'application/offset+octet-stream',
      },
      body: bytes.subarray(at, at + 1000),
    })
  expect((await piece(`sha256 ${Buffer.alloc(32).toString('base64')}`)).status).toBe(460)
  expect(await offset()).toBe(at)
  const right = createHash('sha256')
    .update(bytes.subarray(at, at + 1000))
    .digest('base64')
  expect((await piece(`sha256 ${right}`)).status).toBe(204)
  await new Promise<void>((done, fail) => {
    new Upload(bytes, { ...options, uploadUrl: address, onSuccess: () => done(), onError: fail }).start()
  })
  expect((await stored(taskId, 'c d.zim')).equals(bytes)).toBe(true)
})
it('gives the worker that holds a task addresses that are signed for it alone', async () => {
  const taskId = await held()
  const call = async (auth: string) => {
    const headers: Record<string, string> = auth === '' ? {} : { authorization: `Token ${auth}` }
    const response = await handleV1(
      farm.runtime.context,
      new Request(`http://x/v1/tasks/${taskId}`, { headers }),
      `/tasks/${taskId}`,
    )
    return (await response.json()) as { upload: Record<string, { upload_uri: string | null }> }
  }
  const rival = await farm.account('rival', 'worker')
  const theirs = (await createApiToken(rival, { username: 'rival', name: 'x', expiresAt: null })).token
  for (const other of ['', theirs])
    expect((await call(other)).upload.zim?.upload_uri).toBe('https://farm.example.org/upload/zim')
  const { upload } = await call(token)
  const signed = new URL(upload.zim?.upload_uri ?? '')
  const bytes = Buffer.from('told by its address')
  const path = await file('e.zim', bytes)
  const put = (at: string, query = signed.search) => curl(`${at}${query}`, ['-T', path], '')
  expect(await put('/upload/zim/other/e.zim')).toMatchObject({ status: 201 })
  expect((await stored(taskId, 'e.zim')).equals(bytes)).toBe(true)
  expect((await getTask(worker, taskId)).files).toMatchObject([{ name: 'e.zim', status: 'uploaded', stored: true }])
  for (const at of ['/upload/logs/e.log', '/upload/zim/../logs/e.log', '/upload/zim/wikipedia/e.zim'])
    expect([401, 403], at).toContain((await put(at)).status)
  expect((await put('/upload/zim/other/e.zim', signed.search.replace(taskId, await held()))).status).toBe(401)
  farm.at(new Date(Date.now() + 31 * 86_400_000))
  expect((await put('/upload/zim/other/e.zim')).status).toBe(401)
  farm.at(null)
  const events = JSON.stringify(await farm.system.db.event.findMany(), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  expect(events).not.toContain(signed.searchParams.get('signature'))
})
it('refuses who may not upload, nonsense and too much, always with a reason and never with a 5xx', async () => {
  const small = await file('small', Buffer.from('small'))
  const editor = await farm.account('editor', 'editor')
  const theirs = (await createApiToken(editor, { username: 'editor', name: 'x', expiresAt: null })).token
  const T = ['-T', small]
  const tus = ['-H', 'Tus-Resumable: 1.0.0']
  const cases: [number, string, string[], string?][] = [
    [401, '/upload/zim/other/x.zim', T, ''],
    [401, '/upload/zim/other/x.zim', T, 'nonsense'],
    [403, '/upload/zim/other/x.zim', T, theirs],
    [405, '/upload/zim/other/x.zim', []],
    [404, '/upload/etc/passwd', T],
    [404, '/upload/zim/../../../etc/passwd', T],
    [404, '/upload/zim/%2e%2e/%2e%2e/etc/passwd', T],
    [404, '/upload/__proto__/x', T],
    [400, '/upload/zim', [...T, '-X', 'PUT']],
    [400, '/upload/zim/other/%ff', T],
    [400, '/upload/zim/other/x%00.zim', T],
    [400, `/upload/zim/other/${'x'.repeat(256)}`, T],
    [400, '/upload/zim/other/x.zim?sha256=short', T],
    [400, '/upload/zim/other/x.zim', [...T, '-H', 'Content-Range: bytes 5-1/3']],
    [400, '/upload/zim/other/x.zim', [...T, '-H', 'Content-Range: nonsense']],
    [404, '/upload/zim/other/never.zim', [...T, '-H', 'Content-Range: bytes 5-9/10']],
    [413, '/upload/zim/other/x.zim', [...T, '-H', `Content-Range: bytes 0-4/${300 * 1024 ** 3}`]],
    [413, '/upload/zim/other/x.zim', [...tus, '-X', 'POST', '-H', `Upload-Length: ${300 * 1024 ** 3}`]],
    [412, '/upload/zim/other/x.zim', ['-X', 'POST', '-H', 'Tus-Resumable: 0.2.2', '-H', 'Upload-Length: 1']],
    [400, '/upload/zim/other/x.zim', [...tus, '-X', 'POST']],
    [400, '/upload/zim/other/', [...tus, '-X', 'POST', '-H', 'Upload-Length: 1']],
    [415, '/upload/zim/other/x.zim', [...tus, '-X', 'PATCH', '-d', 'x']],
    [
      404,
      '/upload/zim/other/x.zim',
      [
        ...tus,
        '-X',
        'PATCH',
        '-H',
        'Upload-Offset: 0',
        '-H',
        'Content-Type: application/offset+octet-stream',
        '-d',
        'x',
      ],
    ],
    [404, '/upload/zim/other/x.zim', ['-X', 'DELETE']],
    [401, '/upload/zim/other/x.zim?task=x&expires=y&signature=z', T, ''],
  ]
  for (const [status, path, args, auth] of cases) {
    const answer = await curl(path, args, auth)
    expect(answer.status, `${path} ${args.join(' ')}: ${answer.body}`).toBe(status)
    if (status !== 404 || answer.body !== '') expect(JSON.parse(answer.body), path).toHaveProperty('error.message')
  }
  expect((await curl('/upload/zim/', ['-X', 'OPTIONS'])).headers.get('tus-version')).toBe('1.0.0')
})
