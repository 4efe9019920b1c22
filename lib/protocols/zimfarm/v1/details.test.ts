import { scryptSync } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'
import { v1Door, zimitSchedule, type Answer, type V1Door } from '#lib/testing/zimfarm'
import { ROUTES } from './routes'

let registry: Server
let answerAs: (request: IncomingMessage, response: ServerResponse) => void = () => undefined
let farm: TestFarm
let call: V1Door['call']
const seen: string[] = []
beforeAll(async () => {
  registry = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization ?? ''}`.trim())
    answerAs(request, response)
  }).listen(0, '127.0.0.1')
  await new Promise((done) => registry.once('listening', done))
  farm = await testFarm({
    IMAGE_REGISTRY_URL: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
    REQ_TIMEOUT_GHCR: '0.5',
  })
  const door = v1Door(farm)
  call = door.call
  for (const role of ['admin', 'manager', 'editor', 'worker', 'processor'] as const) {
    await farm.account(role, role)
    await door.signIn(role)
  }
})
afterAll(async () => {
  registry.closeAllConnections()
  registry.close()
  await farm.close()
})
afterEach(() => farm.at(null))

const json = (response: ServerResponse, body: unknown, status = 200, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

describe('the tags of an image (zimfarm.md §5.8)', () => {
  const ask = (query = '?hub_name=openzim/zimit') => call('GET', `/schedules/any/image-names${query}`, { as: 'editor' })
  const empty = { meta: { skip: 0, limit: null, count: 0 }, items: [] }
  beforeEach(() => seen.splice(0))
  it('come from the registry, with the token that it hands out to anybody, page by page', async () => {
    answerAs = (request, response) => {
      const url = new URL(String(request.url), `http://${request.headers.host}`)
      if (url.pathname === '/token') return void json(response, { token: `for ${url.searchParams.get('scope')}` })
      if (request.headers.authorization === undefined) {
        const challenge = `Bearer realm="http://${request.headers.host}/token",service="r",scope="repository:openzim/zimit:pull"`
        return void json(response, {}, 401, { 'www-authenticate': challenge })
      }
      const last = url.searchParams.get('last')
      const link = { link: '</v2/openzim/zimit/tags/list?n=1000&last=1.2.0>; rel="next"' }
      json(response, { tags: last === null ? ['latest', '1.2.0'] : ['1.3.0'] }, 200, last === null ? link : {})
    }
    const { status, body } = await ask('?hub_name=ghcr.io/openzim/zimit')
    expect([status, body]).toEqual([
      200,
      { meta: { skip: 0, limit: null, count: 3 }, items: ['latest', '1.2.0', '1.3.0'] },
    ])
    expect(seen.at(-1)).toBe('/v2/openzim/zimit/tags/list?n=1000&last=1.2.0 Bearer for repository:openzim/zimit:pull')
  })
  it.each([
    ['it fails', (_: unknown, response: ServerResponse) => void json(response, {}, 500)],
    ['it wants an account', (_: unknown, response: ServerResponse) => void json(response, {}, 401)],
    ['it answers nonsense', (_: unknown, response: ServerResponse) => void response.end('<html>')],
    ['it closes the line', (request: IncomingMessage) => void request.socket.destroy()],
    ['it says nothing for too long', () => undefined],
  ])('are none when %s', async (_what, answer) => {
    answerAs = answer
    const { status, body } = await ask()
    expect([status, body]).toEqual([200, empty])
  })
  it('are a 404 when the registry has no such image', async () => {
    answerAs = (_, response) => json(response, { errors: [] }, 404)
    expect((await ask()).status).toBe(404)
  })
  it.each(['', '?hub_name=', '?hub_name=openzim/zimit&x=1', '?hub_name=../../token', '?hub_name=a/b%3Fx'])(
    'are not asked for with %j',
    async (query) => {
      expect((await ask(query)).status).toBe(400)
      expect(seen).toEqual([])
    },
  )
})

describe('the monitor (zimfarm.md §7.8)', () => {
  const ask = (status: string, seconds: number) =>
    call('GET', `/status/oldest_task_older_than?status=${status}&threshold_secs=${seconds}`)
  it('says KO once a task has stood in a status for too long', async () => {
    await call('POST', '/schedules/', { as: 'admin', body: zimitSchedule('old') })
    expect((await ask('requested', 0)).text).toBe('oldest_task_older_than for requested and 0s: OK')
    const requestedAt = Date.now()
    await call('POST', '/requested-tasks/', { as: 'admin', body: { schedule_names: ['old'] } })
    farm.at(new Date(requestedAt + 3_600_000))
    const late = await ask('requested', 3_000)
    expect([late.status, late.text]).toEqual([200, 'oldest_task_older_than for requested and 3000s: KO'])
    expect(late.headers.get('content-type')).toContain('text/html')
    expect((await ask('requested', 4_000)).text).toMatch(/: OK$/)
    for (const status of ['reserved', 'scraper_started', 'cancel_requested', 'failed'])
      expect((await ask(status, 0)).text).toBe(`oldest_task_older_than for ${status} and 0s: OK`)
  })
  it.each([
    '/status/another?status=requested&threshold_secs=1',
    '/status/oldest_task_older_than',
    '/status/oldest_task_older_than?status=requested',
    '/status/oldest_task_older_than?status=&threshold_secs=1',
    '/status/oldest_task_older_than?status=requested&threshold_secs=soon',
    '/status/oldest_task_older_than?status=asleep&threshold_secs=1',
  ])('refuses %s', async (path) => {
    expect(await call('GET', path)).toMatchObject({ status: 400, body: { error: expect.any(String) } })
  })
})

describe('the description', () => {
  it('is YAML, and names every route with what it takes', async () => {
    const { status, text, headers } = await call('GET', '/openapi.yaml')
    expect([status, headers.get('content-type')]).toEqual([200, 'application/yaml; charset=utf-8'])
    const document = parse(text) as { openapi: string; paths: Record<string, Record<string, object>> }
    expect(document.openapi).toBe('3.1.0')
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(described.sort()).toEqual(
      ROUTES.map(({ method, path }) => `${method} ${path === '' ? '/' : path.replace(/:(\w+)/g, '{$1}')}`).sort(),
    )
    expect(document.paths['/schedules/']?.post).toMatchObject({
      requestBody: {
        content: {
          'application/json': {
            schema: { properties: { config: { required: expect.arrayContaining(['task_name']) } } },
          },
        },
      },
    })
    expect(document.paths['/tasks/{id}']?.post).toMatchObject({
      security: [{ token: [] }],
      parameters: [
        { name: 'id', in: 'path' },
        { name: 'worker_name', in: 'query', required: true },
      ],
    })
  })
  it('is a page at /v1, and nothing at /v1/', async () => {
    const { status, text } = await call('GET', '')
    expect(status).toBe(200)
    expect(text).toContain('<code>/v1/requested-tasks/worker</code>')
    expect((await call('GET', '/')).status).toBe(404)
  })
})

describe('the ground rules (zimfarm.md §1)', () => {
  it.each([
    ['/schedules/', 200],
    ['/schedules', 200],
    ['/schedules/backup', 200],
    ['/schedules/backup/', 200],
    ['/auth/test/', 404],
    ['/requested-tasks/worker/', 404],
    ['/offliners/zimit/', 404],
    ['/Schedules/', 404],
    ['/schedules/a%2Fb', 404],
  ])('serves %s with %i', async (path, status) => {
    expect((await call('GET', path)).status).toBe(status)
  })
  it('says which methods there are, to whoever tries another', async () => {
    const wrong = await call('PUT', '/schedules/')
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST, OPTIONS'])
    const head = await call('HEAD', '/offliners/zimit')
    expect([head.status, head.text]).toEqual([405, ''])
  })
  it('lets any page of any site call it', async () => {
    const asked = await call('OPTIONS', '/offliners/zimit', {
      headers: { origin: 'https://zimit.example.org', 'access-control-request-headers': 'authorization,x-y' },
    })
    expect(asked.status).toBe(200)
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://zimit.example.org')
    expect(asked.headers.get('access-control-allow-headers')).toBe('authorization,x-y')
    for (const method of ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'])
      expect(asked.headers.get('access-control-allow-methods')).toContain(method)
    expect((await call('GET', '/nothing')).headers.get('access-control-allow-origin')).toBe('*')
  })
  it.each([
    ['skip', '9007199254740991'],
    ['skip', '1.9'],
    ['limit', '0'],
  ])('takes %s=%s everywhere', async (key, value) => {
    for (const path of [
      '/schedules/',
      '/requested-tasks/',
      '/tasks/',
      '/workers/',
      '/users/',
      '/languages/',
      '/tags/',
    ]) {
      const { status, body } = await call('GET', `${path}?${key}=${value}`, { as: 'admin' })
      expect([path, status]).toEqual([path, 200])
      if (key === 'limit') expect(body.items).toEqual([])
    }
  })
  it.each(['limit=201', 'limit=', 'limit=abc', 'skip=-1', 'unknown=1', 'limit=9007199254740993'])(
    'refuses %s everywhere',
    async (query) => {
      for (const path of ['/schedules/', '/requested-tasks/', '/tasks/', '/workers/', '/users/', '/tags/']) {
        const { status, body } = await call('GET', `${path}?${query}`, { as: 'admin' })
        expect([path, status, Object.keys(body as object)]).toEqual([path, 400, ['message']])
      }
    },
  )
  it('lets 500 languages be asked for, and anything of platforms and offliners', async () => {
    expect((await call('GET', '/languages/?limit=400')).status).toBe(200)
    expect((await call('GET', '/languages/?limit=501')).status).toBe(400)
    expect((await call('GET', '/platforms/?limit=1000&x=y')).body.meta).toEqual({ skip: 0, limit: 100, count: 9 })
    const offliners = (await call('GET', '/offliners/?limit=100')).body
    expect(offliners.meta).toEqual({ skip: 0, limit: 100, count: offliners.items.length })
    expect((await call('GET', '/offliners/nothing')).text).toBe('')
  })
})

describe('accounts', () => {
  it(
    'are refused after ten wrong passwords, in every way of signing in, also when all come at once',
    { timeout: 120_000 },
    async () => {
      await farm.account('guessed', 'viewer')
      const wrong = { headers: { username: 'guessed', password: 'wrong', 'x-forwarded-for': '203.0.113.9' } }
      const answers = await Promise.all(Array.from({ length: 20 }, () => call('POST', '/auth/authorize', wrong)))
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(10)
      const right = { username: 'guessed', password: PASSWORD }
      const from = { 'x-forwarded-for': 'unknown, 203.0.113.9, 10.0.0.1' }
      expect((await call('POST', '/auth/authorize', { headers: { ...right, ...from } })).status).toBe(429)
      const oauth2 = await call('POST', '/auth/oauth2', { headers: from, body: { grant_type: 'password', ...right } })
      expect(oauth2.status).toBe(429)
      expect((await call('POST', '/auth/authorize', { headers: right })).status).toBe(200)
    },
  )
  it('have their password hashed anew when its hash is of an older cost', { timeout: 120_000 }, async () => {
    const { db } = farm.system
    const salt = Buffer.alloc(16, 7)
    const hash = scryptSync('an older password', salt, 32, { N: 2 ** 14, r: 8, p: 1 })
    const passwordHash = `scrypt$16384$8$1$${salt.toString('base64')}$${hash.toString('base64')}`
    await farm.account('older', 'viewer')
    await db.account.update({ where: { username: 'older' }, data: { passwordHash } })
    const ask = (password: string) =>
      call('POST', '/auth/authorize', { headers: { username: 'older', password } }).then(({ status }) => status)
    const stored = async () => (await db.account.findUniqueOrThrow({ where: { username: 'older' } })).passwordHash
    expect(await ask('wrong')).toBe(401)
    expect(await stored()).toBe(passwordHash)
    expect(await ask('an older password')).toBe(200)
    expect(await stored()).toMatch(/^scrypt\$32768\$8\$3\$/)
    expect(await ask('an older password')).toBe(200)
  })
  it.each(['/auth/token', '/auth/oauth2'])('are given new tokens once, also by five at once: %s', async (path) => {
    const { body } = await call('POST', '/auth/authorize', { headers: { username: 'editor', password: PASSWORD } })
    const token = String(body.refresh_token)
    const tries = await Promise.all(
      Array.from({ length: 5 }, () =>
        call('POST', path, {
          headers: path === '/auth/token' ? { 'refresh-token': token } : {},
          body: { grant_type: 'refresh_token', refresh_token: token },
        }),
      ),
    )
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401])
  })
  it.each([
    ['POST', '/auth/token', { headers: { 'refresh-token': 'no-uuid' } }, 401],
    ['POST', '/auth/token', {}, 400],
    ['POST', '/auth/oauth2', { body: { grant_type: 'refresh_token', refresh_token: 'x' } }, 401],
    ['POST', '/auth/oauth2', { body: { grant_type: 'password', username: 'admin' } }, 400],
    ['POST', '/auth/oauth2', { body: { grant_type: 'password', username: 'admin', password: 'x' } }, 401],
    ['POST', '/auth/oauth2', { raw: '' }, 400],
    ['POST', '/auth/authorize', { raw: '{', headers: { username: 'admin', password: PASSWORD } }, 200],
    ['PATCH', '/users/editor/password', { as: 'editor', body: { new: 'x' } }, 400],
    ['PATCH', '/users/editor/password', { as: 'editor', body: { current: 'wrong', new: 'x' } }, 401],
    ['PATCH', '/users/editor/password', { as: 'admin', body: {} }, 400],
    ['PATCH', '/users/nobody/password', { as: 'editor', body: { new: 'x' } }, 404],
    ['POST', '/users/', { as: 'admin', body: { username: 'mailless', password: 'x', role: 'editor' } }, 200],
    ['PATCH', '/users/editor', { as: 'admin', body: {} }, 204],
  ] as const)('%s %s %j is answered with %i', async (method, path, ask, status) => {
    expect((await call(method, path, ask)).status).toBe(status)
  })
})

describe('schedules and requests', () => {
  it('take what third parties send: a webhook as text, null in a list, a registry before the image', async () => {
    const notification = { ended: { webhook: 'https://h.example.org/?a=1' }, started: { webhook: [null] } }
    const config = { image: { name: 'ghcr.io/openzim/zimit', tag: '1' } }
    const made = await call('POST', '/schedules/', {
      as: 'editor',
      body: zimitSchedule('lenient', { notification }, config),
    })
    expect(made.status).toBe(201)
    const { body } = await call('GET', '/schedules/lenient', { as: 'editor' })
    expect(body.notification).toEqual({ ended: { webhook: ['https://h.example.org/?a=1'] }, started: { webhook: [] } })
    expect(body.config.image).toEqual({ name: 'ghcr.io/openzim/zimit', tag: '1' })
    expect(body.config.flags.sizeSoftLimit).toBe('4294967296')
  })
  it('answer 404 to names that nobody knows, whatever the worker, and 201 to what waits already', async () => {
    const ask = (body: object) => call('POST', '/requested-tasks/', { as: 'manager', body })
    const unknown = await ask({ schedule_names: ['nothing'], worker: 'no-such-worker' })
    expect([unknown.status, unknown.text]).toEqual([404, ''])
    expect((await ask({ schedule_names: ['lenient'], worker: 'no-such-worker' })).body).toEqual({ requested: [] })
    expect((await ask({ schedule_names: ['lenient', 'nothing'], worker: null })).body.requested).toHaveLength(1)
    expect(await ask({ schedule_names: ['lenient'] })).toMatchObject({ status: 201, body: { requested: [] } })
  })
  it('find tasks by one name: of several the first counts', async () => {
    expect((await call('GET', '/tasks/?schedule_name=lenient&schedule_name=x&status=succeeded')).status).toBe(200)
    expect((await call('GET', '/requested-tasks/?schedule_name=lenient&schedule_name=old')).body.meta.count).toBe(2)
    expect((await call('GET', '/requested-tasks/?schedule_name=none')).status).toBe(400)
  })
})

describe('what a worker reports (zimfarm.md §10.5)', () => {
  const poll = '/requested-tasks/worker?worker=farm-1&avail_cpu=12&avail_memory=34359738368&avail_disk=1099511627776'
  const checkIn = { username: 'worker', cpu: 12, memory: 2 ** 35, disk: 2 ** 40, offliners: ['zimit'] }
  let id = ''
  const tell = (event: string, payload: unknown = {}, as = 'worker') =>
    call('PATCH', `/tasks/${id}`, { as, body: { event, payload } })
  const read = async (as?: string): Promise<Answer['body']> => (await call('GET', `/tasks/${id}`, { as })).body
  async function taken(name: string) {
    await call('POST', '/schedules/', { as: 'admin', body: zimitSchedule(name) })
    const { body } = await call('POST', '/requested-tasks/', { as: 'admin', body: { schedule_names: [name] } })
    id = String(body.requested[0])
    expect((await call('POST', `/tasks/${id}?worker_name=farm-1`, { as: 'worker' })).status).toBe(201)
  }
  beforeAll(async () => {
    for (const [selfish, status] of [
      ['ON', 204],
      ['maybe', 400],
      [null, 400],
      [false, 204],
    ])
      expect(
        (await call('PUT', '/workers/farm-1/check-in', { as: 'worker', body: { ...checkIn, selfish } })).status,
      ).toBe(status)
  })
  it('comes from the first valid of several addresses', async () => {
    await call('GET', poll, { as: 'worker', headers: { 'x-forwarded-for': 'unknown, [2001:db8::1]:443, 203.0.113.7' } })
    expect((await call('GET', '/workers/')).body.items[0]).toMatchObject({ name: 'farm-1', last_ip: '2001:db8::1' })
    await call('GET', poll, { as: 'worker', headers: { 'x-forwarded-for': 'nonsense' } })
    expect((await call('GET', '/workers/')).body.items[0].last_ip).toBe('2001:db8::1')
  })
  it('keeps the time that the report tells, in both spellings, and writes dates as the original does', async () => {
    await taken('times')
    await tell('started', { timestamp: 1_743_589_230 })
    await tell('scraper_started', { timestamp: '2025-04-02T10:21:20.500' })
    await tell('scraper_completed', { timestamp: '2025-04-02T12:21:30+02:00', exit_code: 0 })
    await tell('succeeded', { timestamp: '2025-04-02T10:22:00Z', log: 'done' })
    const task = await read()
    expect(task.timestamp).toMatchObject({
      started: '2025-04-02T10:20:30Z',
      scraper_started: '2025-04-02T10:21:20.500000Z',
      scraper_completed: '2025-04-02T10:21:30Z',
      succeeded: '2025-04-02T10:22:00Z',
    })
    expect(task.updated_at).toBe('2025-04-02T10:22:00.000000+00:00')
    const { duration } = (await call('GET', '/schedules/times')).body
    expect(duration.workers).toEqual({ 'farm-1': { value: 60, on: '2025-04-02T10:21:30Z', worker: 'farm-1' } })
  })
  it.each(['soon', '+275760-09-13', -1e15, '0001-01-01T00:00:00Z', true])('refuses the time %j', async (timestamp) => {
    expect((await tell('started', { timestamp })).status).toBe(400)
  })
  it('fills the container event by event; what a ping leaves out is null afterwards', async () => {
    await taken('container')
    expect((await read()).container).toEqual({})
    await tell('scraper_started', {
      image: 'ghcr.io/openzim/zimit:1',
      command: ['zimit', '--name="x"'],
      log: 'ignored',
    })
    expect((await read()).container).toEqual({ image: 'ghcr.io/openzim/zimit:1', command: ['zimit', '--name="x"'] })
    const before = (await read()).updated_at
    const stats = { memory: { max_usage: 5 } }
    const progress = { done: 12, total: 40, overall: 30.9, partialZim: false }
    await tell('scraper_running', { stdout: 'out', stderr: '', stats, progress })
    expect((await read()).container).toMatchObject({
      stdout: 'out',
      stderr: '',
      stats,
      progress: { ...progress, overall: 30 },
    })
    await tell('scraper_running', { stdout: 'more' })
    expect((await read()).container).toMatchObject({ stdout: 'more', stderr: null, stats: null, progress: null })
    expect((await read()).updated_at).toBe(before)
    await tell('scraper_killed', { timeout: 60 })
    expect(await read()).toMatchObject({ status: 'scraper_killed', container: { timeout: 60 } })
    expect((await call('POST', `/tasks/${id}/cancel`, { as: 'manager' })).status).toBe(404)
    await tell('scraper_completed', { exit_code: 1, stderr: 'boom' })
    await tell('update', { log: 'x.log' })
    await tell('update', { artifacts: 'x.tar' })
    expect((await read()).container).toMatchObject({
      exit_code: 1,
      stdout: null,
      stderr: 'boom',
      log: 'x.log',
      artifacts: 'x.tar',
    })
    await tell('failed', { exception: 'E', log: 'l' })
    const ended = await read()
    expect(ended.debug).toMatchObject({ exception: 'E', log: 'l' })
    expect(ended.status).toBe('failed')
  })
  it('keeps no NUL character, however deep', async () => {
    await taken('nul')
    const nul = 'a\u0000b'
    for (const [event, payload] of [
      ['scraper_started', { image: nul, command: [nul] }],
      ['scraper_running', { stdout: nul, stderr: nul, stats: { [nul]: nul } }],
      ['scraper_killed', { timeout: { x: nul } }],
      ['created_file', { file: { name: `${nul}.zim`, size: 1 } }],
      ['checked_file', { filename: `${nul}.zim`, result: 0, log: nul, details: { x: [nul] }, info: { id: nul } }],
      ['failed', { exception: nul, traceback: nul, log: nul }],
    ] as const)
      expect([event, (await tell(event, payload)).status]).toEqual([event, 204])
    const task = await read()
    expect(JSON.stringify(task)).not.toContain('\\u0000')
    expect(task.files['ab.zim']).toMatchObject({ check_log: 'ab', check_details: { x: ['ab'] }, info: { id: 'ab' } })
  })
  it('names files and their checks as the original does; the status stays after the check', async () => {
    await taken('files')
    await tell('created_file', { file: { name: 'x.zim', size: 5_242_880 }, timestamp: '2025-04-02T11:00:00.250Z' })
    await tell('uploaded_file', { filename: 'x.zim', timestamp: '2025-04-02T11:01:00Z' })
    await tell('checked_file', {
      filename: 'x.zim',
      result: 1,
      log: null,
      details: null,
      info: null,
      timestamp: 1_743_600_000,
    })
    await tell('failed_file', { filename: 'unheard-of.zim' })
    const { files } = await read()
    expect(files['x.zim']).toEqual({
      name: 'x.zim',
      size: 5_242_880,
      status: 'uploaded',
      created_timestamp: '2025-04-02T11:00:00.250000Z',
      uploaded_timestamp: '2025-04-02T11:01:00Z',
      check_result: 1,
      check_log: null,
      check_details: null,
      info: null,
      check_timestamp: '2025-04-02T13:20:00Z',
    })
    expect(files['unheard-of.zim']).toMatchObject({ size: 0, status: 'failed', created_timestamp: expect.any(String) })
    for (const payload of [{ file: { name: 'y.zim' } }, { file: { size: 1 } }, {}, { file: { name: '', size: 1 } }])
      expect((await tell('created_file', payload)).status).toBe(400)
    await tell('succeeded')
    for (const [event, payload] of [
      ['uploaded_file', { filename: 'late.zim' }],
      ['checked_file', { filename: 'late.zim', result: 0 }],
      ['update', { log: 'late.log' }],
    ] as const)
      expect([event, (await tell(event, payload)).status]).toEqual([event, 204])
    expect(await read()).toMatchObject({
      status: 'succeeded',
      files: { 'late.zim': { status: 'uploaded', check_result: 0 } },
      container: { log: 'late.log' },
    })
  })
  it('counts all reports about files that come at once', async () => {
    await taken('at-once')
    const names = Array.from({ length: 10 }, (_, index) => `part-${index}.zim`)
    const answers = await Promise.all(names.map((name) => tell('created_file', { file: { name, size: 1 } })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]))
    expect(Object.keys((await read()).files as object).sort()).toEqual(names)
    await tell('failed')
  })
  it('may be the wish to cancel, with or without a name; the first one counts', async () => {
    await taken('wished')
    expect((await tell('cancel_requested', { canceled_by: 'the operator' }, 'processor')).status).toBe(204)
    expect((await tell('cancel_requested', { canceled_by: 'another' })).status).toBe(204)
    expect(await read()).toMatchObject({ status: 'cancel_requested', canceled_by: 'the operator' })
    expect((await call('POST', `/tasks/${id}/cancel`, { as: 'manager' })).status).toBe(404)
    await tell('canceled', { canceled_by: 'task shutdown (SIGTERM)', log: 'l', timestamp: '2025-04-02T11:01:00Z' })
    expect(await read()).toMatchObject({
      status: 'canceled',
      canceled_by: 'the operator',
      debug: { log: 'l' },
      timestamp: { canceled: '2025-04-02T11:01:00Z' },
    })
  })
  it('is refused once the task is over, and changes nothing', async () => {
    const before = await read()
    for (const event of [
      'started',
      'scraper_started',
      'scraper_running',
      'scraper_completed',
      'succeeded',
      'failed',
      'canceled',
      'cancel_requested',
    ])
      expect([event, (await tell(event)).status]).toEqual([event, 400])
    expect(await read()).toEqual(before)
  })
  it('is shown with its secrets to whoever may create tasks, and never with its notification to a worker', async () => {
    await taken('sight')
    expect((await read('worker')).notification).toBeNull()
    expect((await read('manager')).notification).toEqual({})
    const uri = async (as: string, query = '') =>
      (await call('GET', `/tasks/${id}${query}`, { as })).body.upload.zim.upload_uri as string
    expect(await uri('worker')).toBe(await uri('admin'))
    expect(Object.keys((await read()) as object).sort()).toEqual(
      [
        '_id',
        'canceled_by',
        'config',
        'container',
        'debug',
        'events',
        'files',
        'notification',
        'original_schedule_name',
        'priority',
        'requested_by',
        'schedule_name',
        'status',
        'timestamp',
        'updated_at',
        'upload',
        'worker',
      ].sort(),
    )
  })
  it('is taken in the order of the refusals: 401, 400, 400 empty, 404, 423', async () => {
    const missing = '00000000-0000-4000-8000-000000000000'
    const take = (path: string, as?: string) => call('POST', `/tasks/${path}`, { as })
    expect((await take('nonsense')).status).toBe(401)
    expect((await take('nonsense', 'manager')).status).toBe(401)
    expect((await take('nonsense', 'worker')).body).toEqual({ error: expect.any(String) })
    const gone = await take(`${missing}?worker_name=farm-1`, 'worker')
    expect([gone.status, gone.text]).toEqual([400, ''])
    await call('POST', '/schedules/', {
      as: 'admin',
      body: zimitSchedule('huge', {}, { resources: { cpu: 99, memory: 1, disk: 1 } }),
    })
    const { body } = await call('POST', '/requested-tasks/', { as: 'admin', body: { schedule_names: ['huge'] } })
    const waiting = String(body.requested[0])
    expect((await take(waiting, 'worker')).body).toEqual({ message: { worker_name: expect.any(Array) } })
    expect((await take(`${waiting}?worker_name=nobody`, 'worker')).body).toEqual({ error: 'Worker Not Found' })
    const noRoom = await take(`${waiting}?worker_name=farm-1`, 'worker')
    expect([noRoom.status, noRoom.body]).toEqual([423, {}])
  })
})

describe('with the scheduler off (zimfarm.md §6.3)', () => {
  it('gives no task and lets none be taken', async () => {
    const off = await testFarm({ DISABLE_SCHEDULER: 'y' })
    try {
      const door = v1Door(off)
      await off.account('worker', 'worker')
      await door.signIn('worker')
      const { body } = await door.call('GET', '/requested-tasks/worker', { as: 'worker' })
      expect(body).toEqual({ meta: { skip: 0, limit: 1, count: 0 }, items: [] })
      const taken = await door.call('POST', '/tasks/00000000-0000-4000-8000-000000000000?worker_name=farm-1', {
        as: 'worker',
      })
      expect(taken.status).toBe(503)
    } finally {
      await off.close()
    }
  })
})
