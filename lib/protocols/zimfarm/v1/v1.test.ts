import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'
import { handleV1 } from './handler'

let farm: TestFarm
const tokens: Record<string, string> = {}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever JSON the door answers
type Answer = { status: number; body: Record<string, any>; headers: Headers }

async function call(
  method: string,
  path: string,
  options: { as?: string; body?: unknown; raw?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const headers: Record<string, string> = { 'content-type': 'application/json', ...options.headers }
  if (options.as !== undefined) headers.authorization = `Token ${tokens[options.as]}`
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
  const request = new Request(`http://farm/v1${path}`, { method, headers, body })
  const response = await handleV1(farm.runtime.context, request, new URL(request.url).pathname.slice(3))
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Answer['body']),
  }
}

const schedule = (name: string, change: object = {}, config: object = {}) => ({
  name,
  language: { code: 'eng', name_en: 'English', name_native: 'English' },
  category: 'other',
  periodicity: 'manually',
  tags: [],
  enabled: true,
  config: {
    task_name: 'zimit',
    warehouse_path: '/other',
    image: { name: 'openzim/zimit', tag: '1.2.0' },
    resources: { cpu: 3, memory: 1073741824, disk: 1073741824, shm: 1073741824, cap_add: ['SYS_ADMIN', 'NET_ADMIN'] },
    platform: null,
    monitor: false,
    flags: {
      seeds: 'https://example.org/',
      name,
      'zim-file': `${name}.zim`,
      sizeSoftLimit: '4294967296',
      timeSoftLimit: 7200,
    },
    ...config,
  },
  ...change,
})

beforeAll(async () => {
  farm = await testFarm()
  for (const role of ['admin', 'manager', 'editor', 'worker', 'processor'] as const) {
    await farm.account(role, role)
    const { body } = await call('POST', '/auth/authorize', { headers: { username: role, password: PASSWORD } })
    tokens[role] = String(body.access_token)
  }
})
afterAll(() => farm.close())

describe('signing in (zimfarm.md §2)', () => {
  it('takes a form, headers, or a JSON body; expires_in has whole seconds', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
    const ways = [
      await call('POST', '/auth/authorize', {
        headers: form,
        raw: `username=admin&password=${encodeURIComponent(PASSWORD)}`,
      }),
      await call('POST', '/auth/authorize', { headers: { username: 'admin', password: PASSWORD } }),
      await call('POST', '/auth/authorize', { body: { username: 'admin', password: PASSWORD } }),
    ]
    for (const { status, body, headers } of ways) {
      expect(status).toBe(200)
      expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'refresh_token', 'token_type'])
      expect(body.expires_in).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      expect(headers.get('cache-control')).toBe('no-store')
      const claims = JSON.parse(
        Buffer.from(String(body.access_token).split('.')[1] ?? '', 'base64url').toString(),
      ) as Answer['body']
      expect(claims).toMatchObject({
        iss: 'dispatcher',
        user: { username: 'admin', scope: { tasks: { request: true } } },
      })
      expect(claims.exp - claims.iat).toBe(86_400)
    }
  })
  it('refreshes once, also when it is tried five times at once', async () => {
    const { body } = await call('POST', '/auth/authorize', { headers: { username: 'editor', password: PASSWORD } })
    const tries = await Promise.all(
      Array.from({ length: 5 }, () =>
        call('POST', '/auth/token', { headers: { 'refresh-token': String(body.refresh_token) }, body: {} }),
      ),
    )
    expect(tries.map((one) => one.status).sort()).toEqual([200, 401, 401, 401, 401])
  })
  it.each([
    ['nothing', {}, 400],
    ['a wrong password', { headers: { username: 'admin', password: 'nonsense' } }, 401],
    ['an unknown user', { headers: { username: 'nobody', password: 'nonsense' } }, 401],
  ])('refuses %s', async (_, options, status) => {
    expect((await call('POST', '/auth/authorize', options)).status).toBe(status)
  })
  it('reads the token from every spelling', async () => {
    const token = tokens.admin ?? ''
    const spellings: Record<string, string>[] = [
      { authorization: `Bearer ${token}` },
      { authorization: token },
      { token },
      { token: `Bearer ${token}` },
    ]
    for (const headers of spellings) {
      expect((await call('GET', '/auth/test', { headers })).status).toBe(204)
    }
    expect((await call('GET', '/auth/test')).body).toEqual({ error: 'token invalid' })
  })
  it('speaks oauth2', async () => {
    const { status, body } = await call('POST', '/auth/oauth2', {
      body: { grant_type: 'password', username: 'admin', password: PASSWORD },
    })
    expect([status, body.expires_in]).toEqual([200, 86_400])
    expect((await call('POST', '/auth/oauth2', { body: { grant_type: 'magic' } })).body.error).toBe(
      'unsupported_grant_type',
    )
  })
})

describe('what youzim.it does (zimfarm.md §13.1)', () => {
  it('creates, requests, deletes, follows and cancels', async () => {
    expect((await call('POST', '/schedules/', { as: 'manager', body: schedule('example.org_1a2b3c4d') })).status).toBe(
      201,
    )
    const requested = await call('POST', '/requested-tasks/', {
      as: 'manager',
      body: { schedule_names: ['example.org_1a2b3c4d'], worker: null },
    })
    expect(requested.status).toBe(201)
    const id = String((requested.body.requested as string[]).at(-1))
    expect((await call('DELETE', '/schedules/example.org_1a2b3c4d', { as: 'manager' })).status).toBe(204)
    expect((await call('GET', `/tasks/${id}?hide_secrets=`, { as: 'manager' })).status).toBe(404)
    const waiting = await call('GET', `/requested-tasks/${id}?hide_secrets=`, { as: 'manager' })
    expect(waiting.body).toMatchObject({
      _id: id,
      status: 'requested',
      rank: 0,
      schedule_name: 'none',
      original_schedule_name: 'example.org_1a2b3c4d',
    })
    expect(waiting.body.config.command[0]).toBe('zimit')
    expect(waiting.body.config.flags.output).toBe('/output')
    expect(waiting.body.upload.zim.upload_uri).toContain('sftp://')
    const list = await call('GET', '/requested-tasks/')
    expect(list.body.items.find((item: { _id: string }) => item._id === id)).toMatchObject({
      schedule_name: null,
      worker: null,
    })
    expect((await call('DELETE', `/requested-tasks/${id}`, { as: 'manager' })).body).toEqual({ deleted: 1 })
    expect((await call('DELETE', `/requested-tasks/${id}`, { as: 'manager' })).status).toBe(404)
  })
  it('reads the form from anywhere', async () => {
    const { body, headers } = await call('GET', '/offliners/zimit')
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(body.flags).toHaveLength(69)
    expect(body.flags[2]).toMatchObject({ key: 'name', data_key: 'name', required: true, type: 'text' })
  })
})

describe('a Zimfarm worker (zimfarm.md §13.3)', () => {
  const checkIn = {
    username: 'worker',
    selfish: false,
    cpu: 12,
    memory: 2 ** 35,
    disk: 2 ** 40,
    offliners: ['mwoffliner', 'zimit'],
    platforms: { wikimedia: 2 },
  }
  const poll = '/requested-tasks/worker?worker=farm-1&avail_cpu=12&avail_memory=34359738368&avail_disk=1099511627776'
  it('checks in, polls, takes, reports and ends', async () => {
    expect((await call('PUT', '/workers/farm-1/check-in', { as: 'worker', body: checkIn })).status).toBe(204)
    expect((await call('GET', poll, { as: 'worker' })).body).toEqual({
      meta: { skip: 0, limit: 1, count: 0 },
      items: [],
    })
    await call('POST', '/schedules/', { as: 'admin', body: schedule('crawl') })
    await call('POST', '/requested-tasks/', { as: 'admin', body: { schedule_names: ['crawl'] } })
    expect((await call('GET', poll, { as: 'admin' })).body.items).toEqual([])
    const polled = await call('GET', poll, { as: 'worker' })
    const [item] = polled.body.items as { _id: string; duration: object; config: { resources: object } }[]
    expect(item).toMatchObject({
      status: 'requested',
      schedule_name: 'crawl',
      duration: { value: 2_678_400, worker: null },
    })
    const id = String(item?._id)
    expect((await call('POST', `/tasks/${id}?worker_name=farm-1`, { as: 'worker' })).status).toBe(201)
    expect((await call('POST', `/tasks/${id}?worker_name=farm-1`, { as: 'worker' })).status).toBe(400)
    const tell = async (event: string, payload: object = {}) => {
      const { status, body } = await call('PATCH', `/tasks/${id}`, { as: 'worker', body: { event, payload } })
      expect([event, status, body]).toEqual([event, 204, {}])
    }
    await tell('started')
    await tell('scraper_started', { image: 'ghcr.io/openzim/zimit:1', command: ['zimit'], log: 'x' })
    await tell('scraper_running', {
      stdout: 'crawling',
      stderr: '',
      stats: { memory: { max_usage: 5 } },
      progress: { done: 12, total: 40, overall: 30 },
    })
    const running = await call('GET', `/tasks/${id}`)
    expect(running.body).toMatchObject({
      status: 'scraper_started',
      worker: 'farm-1',
      container: { stdout: 'crawling', progress: { done: 12, total: 40, overall: 30 } },
    })
    await tell('scraper_running', { stdout: 'more', stderr: '' })
    expect((await call('GET', `/tasks/${id}`)).body.container.progress).toBeNull()
    await tell('created_file', { file: { name: 'x.zim', size: 5_242_880 } })
    await tell('scraper_completed', { exit_code: 0, stdout: '', stderr: '' })
    await tell('uploaded_file', { filename: 'x.zim' })
    await tell('checked_file', { filename: 'x.zim', result: 0, log: 'fine', details: null, info: { id: 'u' } })
    await tell('update', { log: 'x.log' })
    await tell('succeeded', { log: 'done' })
    const ended = (await call('GET', `/tasks/${id}`)).body
    expect(ended).toMatchObject({
      status: 'succeeded',
      files: { 'x.zim': { size: 5_242_880, status: 'uploaded', check_result: 0, info: { id: 'u' } } },
    })
    expect((ended.events as { code: string }[]).map((event) => event.code)).toEqual([
      'requested',
      'reserved',
      'started',
      'scraper_started',
      'scraper_completed',
      'succeeded',
    ])
    const after = (await call('GET', '/schedules/crawl', { as: 'admin' })).body
    expect(after).toMatchObject({ most_recent_task: { _id: id, status: 'succeeded' }, duration: { available: true } })
    expect((await call('PATCH', `/tasks/${id}`, { as: 'worker', body: { event: 'failed', payload: {} } })).status).toBe(
      400,
    )
    expect((await call('GET', '/tasks/?status=succeeded')).body.items.map((one: { _id: string }) => one._id)).toContain(
      id,
    )
  })
  it('sees the wish to cancel; nobody cancels twice', async () => {
    await call('POST', '/requested-tasks/', { as: 'admin', body: { schedule_names: ['crawl'] } })
    const id = String((await call('GET', poll, { as: 'worker' })).body.items[0]._id)
    await call('POST', `/tasks/${id}?worker_name=farm-1`, { as: 'worker' })
    await call('PATCH', `/tasks/${id}`, { as: 'worker', body: { event: 'started', payload: {} } })
    expect((await call('POST', `/tasks/${id}/cancel`, { as: 'manager' })).status).toBe(204)
    expect((await call('POST', `/tasks/${id}/cancel`, { as: 'manager' })).status).toBe(404)
    expect((await call('GET', `/tasks/${id}`)).body.status).toBe('cancel_requested')
    await call('PATCH', `/tasks/${id}`, {
      as: 'worker',
      body: { event: 'canceled', payload: { canceled_by: 'task shutdown (SIGTERM)' } },
    })
    expect((await call('GET', `/tasks/${id}`)).body).toMatchObject({ status: 'canceled', canceled_by: 'manager' })
  })
})

describe('secrets and notification', () => {
  it('are shown to those who may see them alone', async () => {
    const secret = {
      task_name: 'youtube',
      image: { name: 'openzim/youtube', tag: '1' },
      flags: { 'api-key': 'abc', id: 'x', name: 'y' },
    }
    const notification = { ended: { webhook: 'https://hook.example.org/?token=1' } }
    expect(
      (await call('POST', '/schedules/', { as: 'admin', body: schedule('tube', { notification }, secret) })).status,
    ).toBe(201)
    const flags = async (as?: string, query = '') => (await call('GET', `/schedules/tube${query}`, { as })).body
    expect((await flags('editor')).config.flags['api-key']).toBe('abc')
    expect((await flags('editor')).notification).toEqual({ ended: { webhook: ['https://hook.example.org/?token=1'] } })
    expect((await flags('editor', '?hide_secrets=')).config.flags['api-key']).toBe('--------')
    expect((await flags()).config.flags['api-key']).toBe('--------')
    expect(JSON.stringify(await flags())).not.toContain('abc')
    expect((await flags()).notification).toBeNull()
  })
})

describe('changing a schedule (zimfarm.md §5.5)', () => {
  it('patches, renames, clones and lists', async () => {
    await call('POST', '/schedules/', { as: 'editor', body: schedule('patched', { tags: ['a', 'b'] }) })
    const patch = (body: object) => call('PATCH', '/schedules/patched', { as: 'editor', body })
    expect((await patch({ enabled: false, tags: ['b', 'c'], artifacts_globs: ['*.log'] })).status).toBe(204)
    expect((await patch({})).status).toBe(400)
    expect((await patch({ config: {} })).body).toEqual({
      error: 'Invalid Request JSON',
      error_description: { config: ['Unknown field.'] },
    })
    expect((await patch({ task_name: 'youtube' })).status).toBe(400)
    expect((await patch({ name: 'crawl' })).status).toBe(400)
    const one = (await call('GET', '/schedules/patched')).body
    expect(one).toMatchObject({
      enabled: false,
      tags: ['b', 'c'],
      config: { artifacts_globs: ['*.log'], resources: { shm: 1073741824 } },
    })
    expect((await call('POST', '/schedules/patched/clone', { as: 'editor', body: { name: 'cloned' } })).status).toBe(
      201,
    )
    expect((await call('GET', '/schedules/?name=^CLO&tag=b&tag=c&lang=eng')).body).toMatchObject({
      meta: { count: 1 },
      items: [{ name: 'cloned', enabled: false }],
    })
    expect((await call('GET', '/schedules/backup')).body).toHaveLength(4)
    expect((await call('GET', '/tags/')).body.items).toEqual(['b', 'c'])
    expect(
      (await call('POST', '/requested-tasks/', { as: 'admin', body: { schedule_names: ['patched'] } })).status,
    ).toBe(404)
  })
})

describe('nonsense', () => {
  const uuid = '00000000-0000-4000-8000-000000000000'
  it.each([
    ['GET', '/nothing', {}, 404],
    ['GET', '/schedules/crawl/', {}, 404],
    ['GET', '/schedules/%2e%2e%2fetc', {}, 404],
    ['GET', '/schedules/a%00b', {}, 404],
    ['GET', '/schedules/%zz', {}, 404],
    ['GET', `/schedules/${'x'.repeat(5000)}`, {}, 404],
    ['PUT', '/schedules/', {}, 405],
    ['HEAD', '/schedules/', {}, 405],
    ['PATCH', '/schedules/', { as: 'admin', body: {} }, 405],
    ['GET', '/tasks/nonsense', {}, 400],
    ['GET', `/tasks/${uuid}`, {}, 404],
    ['GET', `/tasks/${uuid.toUpperCase()}`, {}, 404],
    ['GET', '/schedules/?limit=201', {}, 400],
    ['GET', '/schedules/?skip=', {}, 400],
    ['GET', '/schedules/?foo=1', {}, 400],
    ['GET', '/schedules/?name=(', {}, 400],
    ['GET', '/schedules/?category=nonsense', {}, 400],
    ['GET', '/tasks/?status=scraper_running', {}, 400],
    ['GET', '/schedules/?limit=0', {}, 200],
    ['POST', '/schedules/', {}, 401],
    ['POST', '/schedules/', { as: 'worker', body: {} }, 401],
    ['POST', '/schedules/', { as: 'admin', raw: '{"name":' }, 400],
    ['POST', '/schedules/', { as: 'admin', raw: 'null' }, 400],
    ['POST', '/schedules/', { as: 'admin', raw: '[]' }, 400],
    ['POST', '/schedules/', { as: 'admin', raw: '{"__proto__":{"a":1},"constructor":{"prototype":1}}' }, 400],
    ['POST', '/schedules/', { as: 'admin', raw: '['.repeat(500_000) + ']'.repeat(500_000) }, 400],
    ['PATCH', '/schedules/crawl', { as: 'admin', raw: '{"constructor":1,"flags":{"__proto__":1}}' }, 400],
    ['POST', '/users/', { as: 'admin', raw: '{"__proto__":{"role":"admin"}}' }, 400],
    ['POST', '/schedules/', { as: 'admin', raw: 'x', headers: { 'content-type': 'text/plain' } }, 415],
    ['POST', '/schedules/', { as: 'admin', raw: `"${'x'.repeat(3_000_000)}"` }, 413],
    ['POST', '/schedules/', { as: 'admin', body: schedule('none') }, 400],
    ['POST', '/schedules/', { as: 'admin', body: schedule('nul\u0000') }, 400],
    ['POST', '/schedules/', { as: 'admin', body: schedule('crawl') }, 400],
    [
      'POST',
      '/schedules/',
      { as: 'admin', body: schedule('big', {}, { resources: { cpu: 1e300, memory: 1, disk: 1 } }) },
      400,
    ],
    ['POST', '/schedules/', { as: 'admin', body: schedule('flags', {}, { flags: { seeds: 1 } }) }, 400],
    ['POST', '/requested-tasks/', { as: 'admin', body: { schedule_names: 'crawl' } }, 400],
    ['POST', '/requested-tasks/', { as: 'admin', body: { schedule_names: [] } }, 404],
    ['POST', '/requested-tasks/', { as: 'admin', body: { schedule_names: ['nothing'], priority: 11 } }, 400],
    ['POST', '/requested-tasks/', { as: 'editor', body: { schedule_names: ['crawl'] } }, 401],
    ['PATCH', `/requested-tasks/${uuid}`, { as: 'manager', body: { priority: 5 } }, 401],
    ['PATCH', `/requested-tasks/${uuid}`, { as: 'admin', body: { priority: 5 } }, 404],
    ['GET', '/requested-tasks/worker?worker=nobody', { as: 'worker' }, 404],
    ['GET', '/requested-tasks/worker?worker=farm-1&avail_cpu=-1', { as: 'worker' }, 400],
    ['POST', `/tasks/${uuid}?worker_name=farm-1`, { as: 'worker' }, 400],
    ['POST', `/tasks/${uuid}/cancel`, { as: 'manager' }, 404],
    ['PATCH', `/tasks/${uuid}`, { as: 'worker', body: { event: 'exploded', payload: {} } }, 400],
    ['PATCH', `/tasks/${uuid}`, { as: 'worker', body: { event: 'started', payload: { timestamp: 'soon' } } }, 404],
    ['PUT', '/workers/farm-1/check-in', { as: 'worker', body: { username: 'worker', cpu: 'many' } }, 400],
    [
      'PUT',
      '/workers/farm-9/check-in',
      { as: 'editor', body: { username: 'worker', cpu: 1, memory: 1, disk: 1, offliners: [] } },
      401,
    ],
    ['POST', '/users/', { as: 'manager', body: { username: 'admin', password: 'x', role: 'editor' } }, 400],
    ['POST', '/users/', { as: 'manager', body: { username: 'root', password: 'x', role: 'admin' } }, 401],
    ['GET', '/users/nobody', { as: 'admin' }, 404],
    ['PATCH', '/users/editor', { as: 'admin', body: { email: 'no' } }, 400],
    ['OPTIONS', '/schedules/', {}, 200],
  ] as const)('%s %.60s is refused well', async (method, path, options, status) => {
    const answer = await call(method, path, options)
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body)).not.toMatch(/at .*\.ts|prisma|node_modules/i)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })
})

it('ends every credential of a deleted user, and keeps the name', async () => {
  await call('POST', '/users/', {
    as: 'admin',
    body: { username: 'leaver', password: PASSWORD, email: 'l@example.org', role: 'editor' },
  })
  const { body } = await call('POST', '/auth/authorize', { headers: { username: 'leaver', password: PASSWORD } })
  tokens.leaver = String(body.access_token)
  expect((await call('GET', '/auth/test', { as: 'leaver' })).status).toBe(204)
  expect((await call('DELETE', '/users/leaver', { as: 'admin' })).status).toBe(204)
  expect((await call('GET', '/auth/test', { as: 'leaver' })).status).toBe(401)
  expect(
    (await call('POST', '/users/', { as: 'admin', body: { username: 'leaver', password: PASSWORD, role: 'editor' } }))
      .status,
  ).toBe(400)
})
