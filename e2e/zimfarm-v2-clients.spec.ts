import { createHash } from 'node:crypto'
import { expect, test } from '@playwright/test'
import { z } from 'zod'
import { until } from './farm'
import { webhooks, type Answer } from './zimfarm-v1'
import { bearerOf, service, signingWorker, v2 } from './zimfarm-v2'

// Today's clients, step by step, with their own strictness about types (zimfarm.md §21).
const RUN = Date.now().toString(16).slice(-8)
const GIB = 1024 ** 3
let admin: Record<string, string> = {}
test.beforeAll(async () => {
  admin = await bearerOf()
})

const file = z.object({ created_timestamp: z.iso.datetime(), size: z.int(), name: z.string() })
/** What zimit-frontend parses; another type is an error for the visitor. */
const parsed = z.object({
  id: z.string(),
  status: z.string(),
  version: z.string(),
  config: z.object({ warehouse_path: z.string(), offliner: z.record(z.string(), z.unknown()) }),
  files: z.record(z.string(), file).nullish(),
  notification: z.object({ ended: z.object({ webhook: z.array(z.string()).nullish() }).nullish() }).nullish(),
  container: z
    .object({ progress: z.object({ partial_zim: z.boolean().nullish(), overall: z.int() }).nullish() })
    .nullish(),
  rank: z.int().nullish(),
})
const RUNNING = ['requested', 'cancel_requested', 'reserved', 'scraper_running', 'scraper_started', 'started']

/** zimit-frontend: its login, its renewal, and its three steps. */
class Zimit {
  private constructor(private headers: Record<string, string>) {}
  static async open(credentials: { username: string; password: string }): Promise<Zimit> {
    const login = await v2('POST', '/auth/authorize', { 'content-type': 'application/json' }, credentials)
    const first = z
      .object({ access_token: z.string(), refresh_token: z.string(), expires_time: z.iso.datetime({ precision: 0 }) })
      .parse(login.body)
    expect(new Date(first.expires_time).getTime() - Date.now()).toBeGreaterThan(120_000)
    const renewed = await v2('POST', '/auth/refresh', {}, { refresh_token: first.refresh_token })
    expect(renewed.status).toBe(200)
    expect((await v2('POST', '/auth/refresh', {}, { refresh_token: first.refresh_token })).status).toBe(401)
    return new Zimit({ authorization: `Bearer ${renewed.body.access_token}`, 'content-type': 'application/json' })
  }
  call(method: string, path: string, body?: unknown): Promise<Answer> {
    return v2(method, path, this.headers, body)
  }
  async ask(recipe: { name: string }): Promise<string> {
    const created = await this.call('POST', '/recipes', recipe)
    expect([created.status, created.text]).toEqual([200, expect.stringContaining('id')])
    const requested = await this.call('POST', '/requested-tasks', { recipe_names: [recipe.name], worker: null })
    expect(requested.status).toBe(200)
    const ids = z.array(z.string()).min(1).parse(requested.body.requested)
    expect((await this.call('DELETE', `/recipes/${recipe.name}`)).status).toBe(204)
    return String(ids.at(-1))
  }
  /** The task, taken or waiting. */
  async follow(id: string) {
    const taken = await this.call('GET', `/tasks/${id}`)
    if (taken.status !== 404) return parsed.parse(taken.body)
    const waiting = await this.call('GET', `/requested-tasks/${id}`)
    // Taken between the two calls: the client shows it when it asks again.
    const now = waiting.status === 404 ? await this.call('GET', `/tasks/${id}`) : waiting
    expect(now.status).toBe(200)
    return parsed.parse(now.body)
  }
}

const zimitRecipe = (name: string, hook: string) => ({
  name,
  language: 'eng',
  category: 'other',
  periodicity: 'manually',
  tags: [],
  enabled: true,
  version: 'dev',
  config: {
    warehouse_path: '/other',
    image: { name: 'openzim/zimit', tag: 'dev' },
    resources: { cpu: 3, memory: GIB, disk: GIB, shm: GIB, cap_add: ['SYS_ADMIN', 'NET_ADMIN'] },
    platform: null,
    monitor: false,
    offliner: {
      offliner_id: 'zimit',
      seeds: 'https://example.org/',
      name,
      'zim-file': `${name}.zim`,
      userAgentSuffix: 'zimit.kiwix.org+',
      failOnFailedSeed: true,
      sizeSoftLimit: '4294967296',
      timeSoftLimit: 7200,
    },
  },
  notification: { requested: { webhook: [hook] }, ended: { webhook: [hook] } },
})

test('youzim.it of today: reads the form, asks, follows, takes its wish back', async () => {
  const zimit = await Zimit.open(await service(admin, `zimit-${RUN}`))
  const form = await zimit.call('GET', '/offliners/zimit/dev')
  z.object({
    help: z.string(),
    flags: z.array(
      z.object({
        data_key: z.string(),
        key: z.string(),
        type: z.string(),
        label: z.string(),
        description: z.string(),
        required: z.boolean().nullish(),
        secret: z.boolean().nullish(),
        choices: z.array(z.object({ title: z.string(), value: z.string() })).nullish(),
        min: z.number().nullish(),
        max: z.number().nullish(),
        min_graphemes: z.int().nullish(),
        max_graphemes: z.int().nullish(),
        pattern: z.string().nullish(),
      }),
    ),
  }).parse(form.body)
  const hook = await webhooks()
  const name = `example.org_${RUN}`
  const id = await zimit.ask(zimitRecipe(name, hook.url))
  const waiting = await zimit.follow(id)
  expect(waiting).toMatchObject({
    id,
    status: 'requested',
    config: { warehouse_path: '/other' },
    rank: expect.any(Number),
  })
  expect(waiting.config.offliner).toMatchObject({ offliner_id: 'zimit', sizeSoftLimit: 4294967296 })
  expect(waiting.notification?.ended?.webhook).toEqual([hook.url])
  const [told] = await until(
    () => Promise.resolve(hook.heard),
    (heard) => heard.length > 0,
  )
  expect(parsed.parse(told)).toMatchObject({ id, status: 'requested', rank: expect.any(Number) })
  // "Is my task over?" looks among those that wait first.
  expect(RUNNING).toContain((await zimit.call('GET', `/requested-tasks/${id}`)).body.status)
  const removed = await zimit.call('DELETE', `/requested-tasks/${id}`)
  expect([removed.status, removed.body]).toEqual([200, { deleted: 1 }])
  // A visitor's mistake is told as one.
  const wrong = zimitRecipe(`${name}_2`, hook.url)
  const mistake = await zimit.call('POST', '/recipes', {
    ...wrong,
    config: { ...wrong.config, offliner: { ...wrong.config.offliner, title: 'x'.repeat(31) } },
  })
  expect([mistake.status, Object.keys(mistake.body.errors as object)]).toEqual([422, ['title']])
  hook.close()
})

test('youzim.it of today: a worker takes the task, the visitor cancels it', async () => {
  const zimit = await Zimit.open(await service(admin, `zimit-cancel-${RUN}`))
  const hook = await webhooks()
  const worker = await signingWorker(admin, `signer-${RUN}`)
  const name = `signer-${RUN}`
  const totals = { cpu: 4, memory: 4 * GIB, disk: 20 * GIB }
  const checkIn = { ...totals, offliners: ['zimit', 'mwoffliner'], selfish: true }
  expect((await worker.call('PUT', `/workers/${name}/check-in`, checkIn)).status).toBe(200)
  const poll = () =>
    worker.call(
      'GET',
      `/requested-tasks/worker?worker_name=${name}&avail_cpu=4&avail_memory=${4 * GIB}&avail_disk=${20 * GIB}&total_cpu=4&total_memory=${4 * GIB}&total_disk=${20 * GIB}`,
    )
  expect((await poll()).body.meta.count).toBe(0)
  const recipe = zimitRecipe(`cancel.org_${RUN}`, hook.url)
  expect((await zimit.call('POST', '/recipes', recipe)).status).toBe(200)
  const asked = await zimit.call('POST', '/requested-tasks', { recipe_names: [recipe.name], worker: name })
  const [id] = asked.body.requested as [string]
  const [item] = (await poll()).body.items as [{ id: string; worker_name: string }]
  expect(item).toMatchObject({ id, worker_name: name })
  expect((await worker.call('POST', `/tasks/${id}`, { worker_name: name })).status).toBe(201)
  expect((await worker.call('PATCH', `/tasks/${id}`, { event: 'started', payload: {} })).status).toBe(204)
  // Its way to cancel: look among those that wait, then at the task; both codes are exact.
  expect((await zimit.call('GET', `/requested-tasks/${id}`)).status).toBe(404)
  expect(RUNNING).toContain((await zimit.follow(id)).status)
  const canceled = await zimit.call('POST', `/tasks/${id}/cancel`)
  expect([canceled.status, canceled.text]).toEqual([204, ''])
  const seen = await worker.call('GET', `/tasks/${id}`)
  expect((seen.body.events as { code: string }[]).map(({ code }) => code)).toContain('cancel_requested')
  expect((await worker.call('PATCH', `/tasks/${id}`, { event: 'canceling', payload: {} })).status).toBe(204)
  const payload = { canceled_by: 'task shutdown (SIGTERM)', log: 'bye' }
  expect((await worker.call('PATCH', `/tasks/${id}`, { event: 'canceled', payload })).status).toBe(204)
  expect((await zimit.follow(id)).status).toBe('canceled')
  const told = await until(
    () => Promise.resolve(hook.heard.map((one) => parsed.parse(one).status)),
    (heard) => heard.length >= 2,
  )
  expect(told).toEqual(['requested', 'canceled'])
  expect((await zimit.call('DELETE', `/recipes/${recipe.name}`)).status).toBe(204)
  hook.close()
})

test('youzim.it of today: the farm’s own agent makes the file, and the link is known', async () => {
  const zimit = await Zimit.open(await service(admin, `zimit-file-${RUN}`))
  const hook = await webhooks()
  const name = `docs_${RUN}`
  const base = zimitRecipe(name, hook.url)
  const id = await zimit.ask({
    ...base,
    config: {
      ...base.config,
      image: { name: 'openzim/zimwriterfs', tag: '1' },
      resources: { cpu: 1, memory: GIB, disk: GIB },
      offliner: {
        offliner_id: 'zimwriterfs',
        source: 'builtin:nextjs',
        name,
        title: 'Docs',
        description: 'The docs',
        language: 'eng',
        creator: 'us',
      },
    },
  } as never)
  const task = await until(
    () => zimit.follow(id),
    ({ status }) => !RUNNING.includes(status) && status !== 'scraper_completed',
  )
  expect(task.status).toBe('succeeded')
  const [made] = Object.values(task.files ?? {}).sort((a, b) => (a.created_timestamp < b.created_timestamp ? -1 : 1))
  expect(`${task.config.warehouse_path}/${made?.name}`).toMatch(/^\/other\/.+\.zim$/)
  expect(made?.size).toBeGreaterThan(1000)
  const heard = await until(
    () => Promise.resolve(hook.heard.map((one) => parsed.parse(one))),
    (all) => all.some(({ status }) => status === 'succeeded'),
  )
  expect(heard.at(-1)?.files).toHaveProperty([made?.name ?? ''])
  hook.close()
})

test('wp1 of today: its context, its patch with the whole body, its fallback to cancelling', async () => {
  const credentials = await service(admin, `wp1-${RUN}`)
  const login = await v2('POST', '/auth/authorize', {}, credentials)
  for (const key of ['access_token', 'refresh_token', 'expires_time']) expect(typeof login.body[key]).toBe('string')
  const headers = { authorization: `Bearer ${login.body.access_token}`, 'user-agent': 'WP 1.0 bot' }
  const wp1 = (method: string, path: string, body?: unknown) => v2(method, path, headers, body)
  const name = `wp1_selection_${RUN}`
  expect((await wp1('GET', `/recipes/${name}`)).status).toBe(404)
  const recipe = (title: string) => ({
    name,
    language: 'eng',
    context: 'wikimedia',
    periodicity: 'manually',
    tags: ['wikipedia'],
    enabled: true,
    version: 'dev',
    config: {
      warehouse_path: '/wikipedia',
      image: { name: 'ghcr.io/openzim/mwoffliner', tag: 'dev' },
      resources: { cpu: 3, memory: 2 * GIB, disk: 20 * GIB },
      platform: 'wikimedia',
      monitor: false,
      offliner: {
        offliner_id: 'mwoffliner',
        mwUrl: 'https://en.wikipedia.org/',
        adminEmail: 'contact@example.org',
        forceRender: 'ActionParse',
        format: ['nopic:nopic'],
        articleList: 'https://example.org/list.tsv',
        customZimTitle: title,
        filenamePrefix: 'selection',
      },
    },
    notification: { ended: { webhook: null } },
  })
  expect((await wp1('POST', '/recipes', recipe('Before'))).status).toBe(200)
  expect((await wp1('GET', `/recipes/${name}`)).status).toBe(200)
  const patched = await wp1('PATCH', `/recipes/${name}`, recipe('After'))
  expect([patched.status, patched.body.config.offliner.customZimTitle]).toEqual([200, 'After'])
  const requested = await wp1('POST', '/requested-tasks', { recipe_names: [name] })
  const id = z.string().parse(requested.body.requested[0])
  const worker = await signingWorker(admin, `wiki-${RUN}`)
  const totals = { cpu: 4, memory: 4 * GIB, disk: 40 * GIB }
  const checkIn = { ...totals, offliners: ['mwoffliner'], selfish: false, platforms: { wikimedia: 2 } }
  expect((await worker.call('PUT', `/workers/wiki-${RUN}/check-in`, checkIn)).status).toBe(200)
  const poll = async () =>
    (
      await worker.call(
        'GET',
        `/requested-tasks/worker?worker_name=wiki-${RUN}&avail_cpu=4&avail_memory=${4 * GIB}&avail_disk=${40 * GIB}`,
      )
    ).body.items as { id: string }[]
  // Only workers that have the context get it.
  expect((await poll()).map((item) => item.id)).not.toContain(id)
  expect((await v2('PUT', `/workers/wiki-${RUN}`, admin, { contexts: { wikimedia: null } })).status).toBe(204)
  expect((await poll()).map((item) => item.id)).toContain(id)
  expect((await worker.call('POST', `/tasks/${id}`, { worker_name: `wiki-${RUN}` })).status).toBe(201)
  const tell = (event: string, payload: object) => worker.call('PATCH', `/tasks/${id}`, { event, payload })
  for (const [event, payload] of [
    ['started', {}],
    ['scraper_started', { image: 'x', command: ['mwoffliner'] }],
    ['created_file', { file: { name: 'selection.zim', size: 10 } }],
    ['uploaded_file', { filename: 'selection.zim' }],
    ['checked_file', { filename: 'selection.zim', result: 0 }],
  ] as const)
    expect((await tell(event, payload)).status).toBe(204)
  // It reads the task without signing in.
  const read = await v2('GET', `/tasks/${id}`)
  const [first] = Object.entries(read.body.files as Record<string, { name: string; status: string }>)
  expect(first).toEqual(['selection.zim', expect.objectContaining({ name: 'selection.zim', status: 'uploaded' })])
  expect(read.body.config.warehouse_path).toBe('/wikipedia')
  // It would take the request back; it is a task by now.
  expect((await wp1('DELETE', `/requested-tasks/${id}`)).status).toBe(404)
  expect((await wp1('POST', `/tasks/${id}/cancel`)).status).toBe(204)
  expect((await tell('canceled', {})).status).toBe(204)
  expect((await wp1('DELETE', `/recipes/${name}`)).status).toBe(204)
  expect((await wp1('DELETE', `/recipes/${name}`)).status).toBe(404)
  expect((await v2('GET', `/tasks/${id}`)).body).toMatchObject({ recipe_name: null, original_recipe_name: name })
})

test('the watchman, the gate of uploads and a slash too many', async () => {
  expect((await v2('GET', '/auth/test', admin)).status).toBe(204)
  expect((await v2('GET', '/healthcheck')).body.status).toBe('ok')
  const online = await v2('GET', '/workers?hide_offlines=true&limit=200', admin)
  for (const worker of online.body.items as { status: string }[]) expect(worker.status).toBe('online')
  const { body } = await v2('GET', '/tasks?status=succeeded&limit=1', admin)
  const [last] = body.items as [{ id: string }]
  const task = (await v2('GET', `/tasks/${last.id}`, admin)).body
  z.object({
    config: z.object({ artifacts_globs: z.array(z.string()).nullable() }),
    upload: z.object({ artifacts: z.object({ upload_uri: z.string().nullable() }) }),
    container: z.object({ log: z.string().nullable(), artifacts: z.string().nullable() }),
  }).parse(task)
  z.object({ meta: z.object({ count: z.int() }), items: z.array(z.unknown()) }).parse(
    (await v2('GET', '/files/pending-cms-notifications', admin)).body,
  )
  const worker = await signingWorker(admin, `gate-${RUN}`)
  const blob = Buffer.from(worker.publicKey.split(' ')[1] ?? '', 'base64')
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
  const gate = await v2('GET', `/workers/-/keys/${fingerprint}?with_permission=zim.upload`)
  expect(gate.body).toEqual({
    key: worker.publicKey,
    name: `gate-${RUN}@host`,
    type: 'ED25519',
    worker_name: `gate-${RUN}`,
  })
  const unknown = await v2('GET', `/workers/-/keys/SHA256:${'A'.repeat(43)}?with_permission=zim.upload`)
  expect([unknown.status, typeof unknown.body.message]).toEqual([404, 'string'])
  const redirected = await v2('POST', '/requested-tasks/?x=1', admin, { recipe_names: ['none'] }, 'manual')
  expect(redirected.status).toBe(307)
  expect(redirected.headers.get('location')).toMatch(/\/v2\/requested-tasks\?x=1$/)
  // A client that follows it arrives with method and body.
  expect((await v2('POST', '/requested-tasks/', admin, { recipe_names: [] })).status).toBe(404)
  expect((await v2('POST', '/requested-tasks/', admin, {})).status).toBe(422)
  const wrong = await v2('GET', '/nothing')
  expect([wrong.status, wrong.body]).toEqual([404, { detail: 'Not Found' }])
})
