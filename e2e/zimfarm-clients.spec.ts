import { expect, test } from '@playwright/test'
import { z } from 'zod'
import { until } from './farm'
import { adminToken, newUser, v1, webhooks, type Answer } from './zimfarm-v1'

// The v1-era clients, step by step, as strictly as they read each answer (zimfarm.md §13).
const RUN = Date.now()
const hex = (RUN % 0xffffffff).toString(16).padStart(8, '0')
let admin: Record<string, string> = {}
const WORKER = `clients-${RUN}`
let worker: Record<string, string> = {}

test.beforeAll(async () => {
  admin = await adminToken()
  const password = await newUser(admin, WORKER, 'worker')
  const { body } = await v1('POST', '/auth/authorize', { username: WORKER, password })
  worker = { authorization: `Token ${body.access_token}`, 'content-type': 'application/json' }
  const totals = {
    username: WORKER,
    cpu: 8,
    memory: 16 * 1024 ** 3,
    disk: 500 * 1024 ** 3,
    offliners: ['zimit', 'mwoffliner'],
  }
  expect((await v1('PUT', `/workers/${WORKER}/check-in`, worker, JSON.stringify(totals))).status).toBe(204)
})

const tell = async (id: string, event: string, payload: object = {}) =>
  expect((await v1('PATCH', `/tasks/${id}`, worker, JSON.stringify({ event, payload }))).status).toBe(204)
const take = async (id: string) =>
  expect((await v1('POST', `/tasks/${id}?worker_name=${WORKER}`, worker)).status).toBe(201)

test.describe('youzim.it', () => {
  /** How it reads a task: a wrong type is an error of the site. */
  const TASK = z.object({
    _id: z.string(),
    status: z.string(),
    config: z.object({ warehouse_path: z.string(), flags: z.record(z.string(), z.unknown()) }),
    files: z.record(z.string(), z.object({ created_timestamp: z.string(), size: z.int(), name: z.string() })).nullish(),
    notification: z.object({ ended: z.object({ webhook: z.array(z.string()).nullish() }).nullish() }).nullish(),
    container: z
      .object({ progress: z.object({ partialZim: z.boolean().nullish(), overall: z.int().nullish() }).nullish() })
      .nullish(),
    rank: z.int().nullish(),
  })
  let auth: Record<string, string> = {}
  let hook: Awaited<ReturnType<typeof webhooks>>
  test.beforeAll(async () => {
    hook = await webhooks()
    const password = await newUser(admin, `youzimit-${RUN}`, 'manager')
    const login = { username: `youzimit-${RUN}`, password, 'Content-type': 'application/json' }
    const { status, body } = await v1('POST', '/auth/authorize', login)
    expect(status).toBe(200)
    z.object({ access_token: z.string(), refresh_token: z.string() }).parse(body)
    auth = { Authorization: `Token ${body.access_token}`, 'Content-type': 'application/json' }
  })
  test.afterAll(() => hook.close())

  const schedule = (name: string) => ({
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
        userAgentSuffix: 'zimit.kiwix.org+',
        failOnFailedSeed: true,
        failOnInvalidStatus: true,
        'content-header-bytes-length': 2048,
        sizeSoftLimit: '4294967296',
        timeSoftLimit: 7200,
      },
    },
    notification: { requested: { webhook: [hook.url] }, ended: { webhook: [hook.url] } },
  })
  /** Create, request, clean: the id of the task. */
  async function ask(name: string): Promise<string> {
    const created = await v1('POST', '/schedules/', auth, JSON.stringify(schedule(name)))
    expect([created.status, created.text]).toEqual([201, created.text])
    const body = { schedule_names: [name], worker: null }
    const requested = await v1('POST', '/requested-tasks/', auth, JSON.stringify(body))
    expect(requested.status).toBe(201)
    expect((await v1('DELETE', `/schedules/${name}`, auth)).status).toBe(204)
    return (
      z
        .object({ requested: z.array(z.string()).min(1) })
        .parse(requested.body)
        .requested.at(-1) ?? ''
    )
  }
  /** `GET /tasks/ID`, and on exactly 404 `GET /requested-tasks/ID`. */
  async function follow(id: string): Promise<z.output<typeof TASK>> {
    const task = await v1('GET', `/tasks/${id}?hide_secrets=`, auth)
    const answer = task.status === 404 ? await v1('GET', `/requested-tasks/${id}?hide_secrets=`, auth) : task
    expect(answer.status).toBe(200)
    return TASK.parse(answer.body)
  }

  test('draws its form in a browser of anybody, from another site', async () => {
    const { body, headers } = await v1('GET', '/offliners/zimit', { origin: 'https://zimit.example.org' })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    const flag = z.object({
      data_key: z.string(),
      key: z.string(),
      label: z.string(),
      description: z.string(),
      required: z.boolean(),
      type: z.string(),
      choices: z.array(z.string()).optional(),
    })
    expect(z.object({ flags: z.array(flag) }).parse(body).flags).toHaveLength(69)
  })
  test('asks for a ZIM, follows it, and gives a link to it', async () => {
    const id = await ask(`example.org_${hex}`)
    const waiting = await follow(id)
    expect(waiting).toMatchObject({ _id: id, status: 'requested', config: { warehouse_path: '/other' } })
    expect(waiting.rank).toBeGreaterThanOrEqual(0)
    expect(waiting.notification?.ended?.webhook).toEqual([hook.url])
    await take(id)
    expect((await follow(id)).status).toBe('reserved')
    await tell(id, 'started')
    await tell(id, 'scraper_started', { image: 'i', command: ['zimit'], log: 'l' })
    await tell(id, 'scraper_running', {
      stdout: '',
      stderr: '',
      stats: {},
      progress: { done: 5, total: 11, overall: 45.4, partialZim: true },
    })
    const running = await follow(id)
    expect(running.container?.progress).toMatchObject({ overall: 45, partialZim: true })
    await tell(id, 'scraper_running', { stdout: '', stderr: '' })
    expect((await follow(id)).container?.progress ?? null).toBeNull()
    await tell(id, 'created_file', { file: { name: 'b.zim', size: 2 } })
    await tell(id, 'created_file', { file: { name: 'a.zim', size: 5242880 } })
    await tell(id, 'uploaded_file', { filename: 'b.zim' })
    await tell(id, 'scraper_completed', { exit_code: 0, stdout: '', stderr: '' })
    await tell(id, 'succeeded', { log: '' })
    const done = await follow(id)
    const files = Object.values(done.files ?? {}).sort((a, b) => a.created_timestamp.localeCompare(b.created_timestamp))
    expect(`${done.config.warehouse_path}/${files[0]?.name}`).toBe('/other/b.zim')
    const heard = await until(
      () => Promise.resolve(hook.heard.filter((one) => one._id === id)),
      (all) => all.length === 2,
    )
    expect(heard.map((one) => TASK.parse(one).status)).toEqual(['requested', 'succeeded'])
    expect(heard[0]).not.toHaveProperty('rank')
    expect(heard[0].schedule_name).toBe(`example.org_${hex}`)
    expect([heard[1].schedule_name, heard[1].original_schedule_name]).toEqual(['none', `example.org_${hex}`])
  })
  test('cancels what waits: exactly 200; and what runs: 404, then exactly 204', async () => {
    const waiting = await ask(`cancel.example.org_${hex}`)
    expect((await v1('GET', `/requested-tasks/${waiting}?hide_secrets=`, auth)).status).toBe(200)
    const deleted = await v1('DELETE', `/requested-tasks/${waiting}`, auth)
    expect([deleted.status, deleted.body]).toEqual([200, { deleted: 1 }])
    const running = await ask(`cancel2.example.org_${hex}`)
    await take(running)
    expect((await v1('GET', `/requested-tasks/${running}?hide_secrets=`, auth)).status).toBe(404)
    const { body } = await v1('GET', `/tasks/${running}?hide_secrets=`, auth)
    expect(['reserved', 'scraper_running', 'scraper_started', 'started']).toContain(body.status)
    expect((await v1('POST', `/tasks/${running}/cancel`, auth)).status).toBe(204)
    expect((await follow(running)).status).toBe('cancel_requested')
    await tell(running, 'canceled', { canceled_by: 'task shutdown (SIGTERM)' })
    await until(
      () => Promise.resolve(hook.heard.find((one) => one._id === running && one.status === 'canceled')),
      (one) => one !== undefined,
    )
  })
  test('shows the mistakes of its users: 400, with words', async () => {
    const wrong = schedule(`wrong.example.org_${hex}`)
    wrong.config.flags.seeds = 'no address'
    const { status, body } = await v1('POST', '/schedules/', auth, JSON.stringify(wrong))
    expect(status).toBe(400)
    z.object({ error: z.string(), error_description: z.object({ seeds: z.array(z.string()) }) }).parse(body)
  })
})

test('wp1: signs in with a form, keeps the answer in a hash, requests, follows as nobody, cancels', async () => {
  const username = `wp1-${RUN}`
  const password = await newUser(admin, username, 'manager')
  const agent = { 'User-Agent': 'WP 1.0 bot 1.0.0/Audiodude' }
  const form = { ...agent, 'content-type': 'application/x-www-form-urlencoded' }
  const login = await v1('POST', '/auth/authorize', form, new URLSearchParams({ username, password }).toString())
  expect(login.status).toBe(200)
  const stored = z.record(z.string(), z.union([z.string(), z.number()])).parse(login.body)
  expect(stored.expires_in).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  const refreshed = await v1('POST', '/auth/token', { ...agent, 'refresh-token': String(stored.refresh_token) })
  const { access_token } = z.object({ access_token: z.string() }).parse(refreshed.body)
  const again = await v1('POST', '/auth/token', { ...agent, 'refresh-token': String(stored.refresh_token) })
  expect(again.status).toBe(401)

  const auth = { ...agent, Authorization: `Token ${access_token}`, 'content-type': 'application/json' }
  const name = `wp1_selection_${hex}`
  expect((await v1('GET', `/schedules/${name}`, auth)).status).toBe(404)
  const gib = 1024 ** 3
  const schedule = {
    name,
    language: { code: 'eng', name_en: 'English', name_native: 'English' },
    category: 'wikipedia',
    periodicity: 'manually',
    tags: [],
    enabled: true,
    config: {
      task_name: 'mwoffliner',
      warehouse_path: '/wikipedia',
      image: { name: 'ghcr.io/openzim/mwoffliner', tag: '1.14.0' },
      platform: 'wikimedia',
      resources: { cpu: 3, memory: Math.trunc(Math.max(2, 1.75 * Math.log(5_000) - 10)) * gib, disk: 20 * gib },
      monitor: false,
      flags: {
        mwUrl: 'https://en.wikipedia.org/',
        adminEmail: 'contact@wp1.example.org',
        forceRender: 'ActionParse',
        articleList: 'https://s3.example.org/selection.tsv',
        customZimTitle: 'Selection',
        customZimDescription: 'A selection',
        customZimLongDescription: 'A selection of articles',
        filenamePrefix: 'Selection-1a2b3c4d',
      },
    },
    notification: { ended: { webhook: [null] } },
  }
  expect((await v1('POST', '/schedules/', auth, JSON.stringify(schedule))).status).toBe(201)
  expect((await v1('GET', `/schedules/${name}`, auth)).status).toBe(200)
  expect((await v1('PATCH', '/schedules/', auth, JSON.stringify({ config: {} }))).status).toBe(405)
  const requested = await v1('POST', '/requested-tasks/', auth, JSON.stringify({ schedule_names: [name] }))
  const id = z.object({ requested: z.array(z.string()).min(1) }).parse(requested.body).requested[0] ?? ''
  await take(id)
  await tell(id, 'started')
  await tell(id, 'created_file', { file: { name: 'Selection.zim', size: 10 } })
  await tell(id, 'uploaded_file', { filename: 'Selection.zim' })
  await tell(id, 'checked_file', { filename: 'Selection.zim', result: 0, log: null, details: null, info: null })
  const TASK = z.object({
    status: z.string(),
    files: z.record(z.string(), z.object({ status: z.literal('uploaded'), name: z.string() })),
    config: z.object({ warehouse_path: z.literal('/wikipedia') }),
  })
  const followed = await v1('GET', `/tasks/${id}`, agent)
  expect(TASK.parse(followed.body).status).toBe('started')
  expect((await v1('DELETE', `/requested-tasks/${id}`, auth)).status).toBe(404)
  expect((await v1('POST', `/tasks/${id}/cancel`, auth)).status).toBe(204)
  expect((await v1('DELETE', `/schedules/${name}`, auth)).status).toBe(204)
  expect((await v1('DELETE', `/schedules/${name}`, auth)).status).toBe(404)
  await tell(id, 'canceled', {})
})

test('the v1 UI starts, lists and edits', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const username = `ui-${RUN}`
  const password = await newUser(admin, username, 'admin')
  const login = await v1('POST', '/auth/authorize', form, new URLSearchParams({ username, password }).toString())
  const claims = JSON.parse(Buffer.from(String(login.body.access_token).split('.')[1] ?? '', 'base64url').toString())
  const scope = z.record(z.string(), z.record(z.string(), z.boolean()))
  z.object({ exp: z.int(), user: z.object({ username: z.literal(username), scope }) }).parse(claims)
  const headers = { Authorization: `Token ${login.body.access_token}`, 'content-type': 'application/json' }
  const page = z.object({ meta: z.object({ count: z.int() }), items: z.array(z.unknown()) })
  for (const path of [
    '/languages/?limit=400',
    '/tags/?limit=100',
    '/offliners/?limit=100',
    '/platforms/?limit=100',
    '/schedules/?skip=0&limit=20&category=other&category=wikipedia&lang=eng&tag=demo&name=docs',
    '/requested-tasks/?limit=200',
    '/tasks/?status=scraper_started&status=reserved&status=started&limit=200',
    '/workers/?limit=100',
    '/users/?limit=50',
  ]) {
    const { status, body } = await v1('GET', path, headers)
    expect([path, status, page.safeParse(body).success]).toEqual([path, 200, true])
  }
  const { body: offliners } = await v1('GET', '/offliners/?limit=100')
  for (const id of offliners.items as string[])
    expect((await v1('GET', `/offliners/${id}`)).body.flags.length).toBeGreaterThan(0)
  const name = `ui_${hex}`
  const schedule = {
    name,
    language: { code: 'fra', name_en: 'French', name_native: 'Français' },
    category: 'phet',
    periodicity: 'quarterly',
    tags: ['a'],
    enabled: true,
    config: {
      task_name: 'phet',
      warehouse_path: '/phet',
      image: { name: 'openzim/phet', tag: 'latest' },
      resources: { cpu: 1, memory: 1024, disk: 1024 },
      flags: {},
      platform: 'phet',
      monitor: false,
      artifacts_globs: ['**/*.json'],
    },
  }
  expect((await v1('POST', '/schedules/', headers, JSON.stringify(schedule))).status).toBe(201)
  const change = { flags: { createMul: true }, artifacts_globs: null, platform: null }
  expect((await v1('PATCH', `/schedules/${name}`, headers, JSON.stringify(change))).status).toBe(204)
  const { body } = await v1('GET', `/schedules/${name}`, headers)
  expect(body.config).not.toHaveProperty('artifacts_globs')
  expect(body.config).toMatchObject({ mount_point: '/phet/dist', command: ['phet2zim', '--createMul'] })
  z.object({
    available: z.boolean(),
    default: z.object({ value: z.int(), on: z.string() }),
    workers: z.object({}),
  }).parse(body.duration)
  const asked = { schedule_names: [name], priority: 5 }
  const requested = await v1('POST', '/requested-tasks/', headers, JSON.stringify(asked))
  const id = String(requested.body.requested[0])
  expect((await v1('PATCH', `/requested-tasks/${id}`, headers, JSON.stringify({ priority: 6 }))).status).toBe(204)
  expect((await v1('GET', `/requested-tasks/${id}`, headers)).body.priority).toBe(6)
  expect((await v1('DELETE', `/requested-tasks/${id}`, headers)).body).toEqual({ deleted: 1 })
  expect((await v1('POST', `/schedules/${name}/clone`, headers, JSON.stringify({ name: `${name}_copy` }))).status).toBe(
    201,
  )
  for (const one of [name, `${name}_copy`]) expect((await v1('DELETE', `/schedules/${one}`, headers)).status).toBe(204)
  const renewed = await v1(
    'POST',
    '/auth/token',
    { ...headers, 'refresh-token': String(login.body.refresh_token) },
    '{}',
  )
  expect(renewed.status).toBe(200)
})

test('the door keeps its own rules behind the web server', async () => {
  for (const [method, path, status] of [
    ['GET', '/schedules', 200],
    ['GET', '/schedules/', 200],
    ['GET', '/schedules/backup', 200],
    ['GET', '/auth/test/', 404],
    ['HEAD', '/offliners/zimit', 405],
    ['PUT', '/schedules/', 405],
    ['OPTIONS', '/offliners/zimit', 200],
    ['GET', '/nothing', 404],
    ['GET', '/', 404],
    ['GET', '', 200],
    ['GET', '/openapi.yaml', 200],
    ['GET', '/status/oldest_task_older_than?status=requested&threshold_secs=1000000', 200],
  ] as const) {
    const answer = await v1(method, path, { origin: 'https://zimit.example.org' })
    expect([method, path, answer.status]).toEqual([method, path, status])
    expect(answer.headers.get('access-control-allow-origin')).toMatch(/^(\*|https:\/\/zimit\.example\.org)$/)
  }
  const big = await v1('POST', '/schedules/', admin, JSON.stringify({ name: 'x'.repeat(3_000_000) }))
  expect([big.status, Object.keys(big.body as object)]).toEqual([413, ['error']])
  expect((await v1('POST', '/tasks/nonsense/cancel', admin, '')).status).toBe(400)
})

test('the watcher and the recipes’ robot do their rounds', async () => {
  const headers = { ...admin, 'content-type': 'application/json' }
  const robot = { ...headers, authorization: String(admin.authorization).replace('Token', 'Bearer') }
  const name = `cooking.example.com_${hex}`
  const schedule: Answer['body'] = {
    name,
    language: { code: 'mul', name_en: 'Multiple', name_native: 'Multiple' },
    category: 'stack_exchange',
    periodicity: 'manually',
    tags: [],
    enabled: true,
    config: {
      task_name: 'sotoki',
      warehouse_path: '/stack_exchange',
      image: { name: 'openzim/sotoki', tag: '2' },
      resources: { cpu: 1, memory: 1024, disk: 1024 },
      flags: { domain: 'cooking.example.com' },
      platform: null,
      monitor: false,
    },
  }
  expect((await v1('POST', '/schedules/', robot, JSON.stringify(schedule))).status).toBe(201)
  expect((await v1('PATCH', `/schedules/${name}`, robot, JSON.stringify({ tags: ['auto'] }))).status).toBe(204)
  const found = await v1('GET', '/schedules/?category=stack_exchange&name=cooking.example.com_.%2B', headers)
  expect(found.body.items).toMatchObject([{ name, config: { task_name: 'sotoki' } }])
  for (const status of ['reserved', 'started', 'scraper_started'])
    expect((await v1('GET', `/tasks/?schedule_name=${name}&status=${status}`, headers)).body.meta.count).toBe(0)
  const requested = await v1('POST', '/requested-tasks/', headers, JSON.stringify({ schedule_names: [name] }))
  const waiting = await v1('GET', `/requested-tasks/?schedule_name=${name}`, headers)
  expect(waiting.body.items).toMatchObject([{ _id: requested.body.requested[0] }])
  expect((await v1('DELETE', `/requested-tasks/${requested.body.requested[0]}`, headers)).status).toBe(200)
  expect((await v1('DELETE', `/schedules/${name}`, robot)).status).toBe(204)
  expect((await v1('GET', `/users/-/keys/${'0'.repeat(32)}?with_permission=zim.upload`)).status).toBe(404)
})
