/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return -- tests read whatever JSON the door answers */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { utils } from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { doorV2, recipe, type DoorV2 } from '#lib/testing/zimfarm-v2'

const GIB = 1024 ** 3
const UUID = '00000000-0000-4000-8000-000000000000'
const CHECK_IN = { cpu: 8, memory: 16 * GIB, disk: 500 * GIB, offliners: ['zimit', 'youtube', 'odd-one'] }

let farm: TestFarm
let door: DoorV2
beforeAll(async () => {
  farm = await testFarm({
    ZIM_UPLOAD_URI: 's3://s3.example.org/?bucketName=zim&keyId=KEYID&secretAccessKey=SECRETKEY',
    LOGS_UPLOAD_URI: 'sftp://uploader@store.example.org:1522/logs',
    IMAGE_REGISTRY_URL: 'http://127.0.0.1:9',
  })
  door = doorV2(farm)
  for (const role of ['admin', 'manager', 'editor-requester', 'viewer', 'processor'] as const) {
    await farm.account(role, role)
    await door.signIn(role)
  }
  const worker = await farm.account('farm-1', 'worker')
  await farm.worker(worker.actor.accountId, { name: 'farm-1', kind: 'zimfarm' })
  await door.signIn('farm-1')
  const rival = await farm.account('farm-2', 'worker')
  await farm.worker(rival.actor.accountId, { name: 'farm-2', kind: 'zimfarm' })
  await door.signIn('farm-2')
})
afterAll(() => farm.close())

const create = (name: string, change: object = {}, config: object = {}) =>
  door.call('POST', '/recipes', { as: 'admin', body: recipe(name, change, config) })
const request = (body: object, as = 'manager') => door.call('POST', '/requested-tasks', { as, body })
async function waiting(name: string, change: object = {}): Promise<string> {
  await create(name, change)
  const { body } = await request({ recipe_names: [name] })
  return String(body.requested[0])
}
const poll = (as = 'farm-1', free = { cpu: 8, memory: 16 * GIB, disk: 500 * GIB }, more = '') =>
  door.call(
    'GET',
    `/requested-tasks/worker?worker_name=${as}&avail_cpu=${free.cpu}&avail_memory=${free.memory}&avail_disk=${free.disk}${more}`,
    { as },
  )
const checkIn = (body: object = {}, name = 'farm-1', as = name) =>
  door.call('PUT', `/workers/${name}/check-in`, { as, body: { ...CHECK_IN, ...body } })
const take = (id: string, as = 'farm-1') => door.call('POST', `/tasks/${id}`, { as, body: { worker_name: as } })
const tell = (id: string, event: string, payload: object = {}, as = 'farm-1') =>
  door.call('PATCH', `/tasks/${id}`, { as, body: { event, payload } })
const read = async (id: string, as?: string, query = '') =>
  (await door.call('GET', `/tasks/${id}${query}`, { as })).body

describe('requesting (zimfarm.md §19.1)', () => {
  it('is all or nothing, once for each recipe, by name or id', async () => {
    const { id } = (await create('one')).body
    await create('two')
    await create('off', { enabled: false })
    const mixed = await request({ recipe_names: ['two', 'off', 'nothing'], priority: null, worker: null })
    expect(mixed.status).toBe(400)
    expect(mixed.body.success).toBe(false)
    expect(Object.keys(mixed.body.errors).sort()).toEqual(['nothing', 'off'])
    expect((await door.call('GET', '/requested-tasks')).body.meta.count).toBe(0)
    const both = await request({ recipe_names: [id, 'two'], priority: 5 })
    expect(both.status).toBe(200)
    expect(both.body.requested).toHaveLength(2)
    const again = await request({ recipe_names: ['one'] })
    expect([again.status, Object.keys(again.body.errors)]).toEqual([400, ['one']])
    for (const recipe_names of [[], ['nothing'], ['off']]) expect((await request({ recipe_names })).status).toBe(404)
    for (const body of [
      {},
      { recipe_names: 'one' },
      { recipe_names: ['one'], priority: 11 },
      { recipe_names: ['one'], priority: 0 },
    ])
      expect((await request(body)).status).toBe(422)
    expect((await request({ recipe_names: ['one'] }, 'viewer')).status).toBe(403)
  })
  it('of one recipe at the same moment makes one task', async () => {
    await create('raced')
    const tries = await Promise.all(Array.from({ length: 6 }, () => request({ recipe_names: ['raced'] })))
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400])
  })
  it('on a worker needs one that could take it now', async () => {
    await create('pinned')
    const on = async (worker: string) => request({ recipe_names: ['pinned'], worker })
    expect((await on('nobody')).body.errors).toHaveProperty('pinned')
    expect((await on('farm-1')).status).toBe(400)
    await checkIn()
    await poll('farm-1')
    expect((await on('farm-1')).status).toBe(200)
    await create('elsewhere', { context: 'lab' })
    expect((await request({ recipe_names: ['elsewhere'], worker: 'farm-1' })).body.errors.elsewhere).toContain('lab')
    await create('off-1')
    await door.call('PUT', '/workers/farm-1', { as: 'admin', body: { admin_disabled: true } })
    expect((await request({ recipe_names: ['off-1'], worker: 'farm-1' })).status).toBe(400)
    await door.call('PUT', '/workers/farm-1', { as: 'admin', body: { admin_disabled: false } })
  })
})

describe('what waits (zimfarm.md §19.2, §19.4)', () => {
  it('is listed by priority, then the newest first; `worker` keeps what is asked for on it', async () => {
    const { body } = await door.call('GET', '/requested-tasks?limit=200')
    const names = (body.items as { original_recipe_name: string }[]).map((one) => one.original_recipe_name)
    expect(names.slice(0, 2).sort()).toEqual(['one', 'two'])
    expect(names.slice(2)).toEqual(['pinned', 'raced'])
    expect(body.items.at(-1)).toEqual({
      id: expect.any(String),
      status: 'requested',
      timestamp: [['requested', expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)]],
      requested_by: 'manager',
      priority: 0,
      recipe_name: 'raced',
      original_recipe_name: 'raced',
      worker_name: null,
      updated_at: expect.any(String),
      context: '',
      config: { offliner: 'zimit', resources: { cpu: 3, memory: GIB, disk: GIB } },
    })
    const count = async (query: string) => (await door.call('GET', `/requested-tasks?${query}`)).body.meta.count
    expect(await count('worker=farm-1')).toBe(1)
    expect(await count('worker=nobody')).toBe(0)
    expect(await count('priority=5')).toBe(2)
    expect(await count('recipe_name=one&recipe_name=raced')).toBe(2)
    expect(await count('matching_cpu=2')).toBe(0)
    expect(await count('matching_offliners=youtube')).toBe(0)
    expect(await count('matching_offliners=zimit&matching_memory=1073741824')).toBe(4)
  })
  it('is read whole, with its rank; secrets and who is told only for those who may', async () => {
    await create(
      'tube',
      { notification: { ended: { webhook: ['https://h.example.org/'] } } },
      {
        image: { name: 'openzim/youtube', tag: '1' },
        offliner: { offliner_id: 'youtube', 'api-key': 'sesame-open', id: 'x', name: 'y' },
      },
    )
    const id = String((await request({ recipe_names: ['tube'] })).body.requested[0])
    expect((await door.call('DELETE', '/recipes/tube', { as: 'admin' })).status).toBe(204)
    const get = async (as?: string, query = '') => door.call('GET', `/requested-tasks/${id}${query}`, { as })
    const { body, text } = await get()
    expect(body).toMatchObject({
      id,
      status: 'requested',
      rank: 4,
      recipe_name: null,
      original_recipe_name: 'tube',
      offliner: 'youtube',
      version: 'dev',
      notification: null,
      events: [{ code: 'requested' }],
    })
    expect(body.config).toMatchObject({ warehouse_path: '/other', mount_point: '/output' })
    expect(Object.keys(body.upload)).toEqual(['zim', 'logs', 'artifacts', 'check'])
    expect(body.upload.zim).toMatchObject({ expiration: 0, zimcheck: '', disable_warehouse_path: false })
    for (const secret of ['sesame', 'KEYID', 'SECRETKEY']) expect(text).not.toContain(secret)
    expect((await get('manager')).text).not.toContain('sesame')
    const open = (await get('manager', '?hide_secrets=false')).body
    expect(open.config.command).toContain('--api-key=sesame-open')
    expect(open.upload.zim.upload_uri).toContain('SECRETKEY')
    expect(open.notification.ended.webhook).toEqual(['https://h.example.org/'])
    expect((await get('viewer', '?hide_secrets=false')).text).not.toContain('sesame')
    expect((await door.call('GET', `/tasks/${id}`)).status).toBe(404)
    const change = (body: object, as = 'admin') => door.call('PATCH', `/requested-tasks/${id}`, { as, body })
    expect((await change({ priority: 7 }, 'manager')).status).toBe(403)
    expect((await change({ priority: 0 })).status).toBe(422)
    const changed = await change({ priority: 7 })
    expect(changed).toMatchObject({ status: 200, body: { id, priority: 7, rank: 0 } })
    const why = async (worker: string) =>
      door.call('GET', `/requested-tasks/${id}/diagnose/${worker}`, { as: 'manager' })
    expect(await why('farm-1')).toMatchObject({ status: 400, body: { success: false } })
    expect((await why('farm-2')).body.message).toContain('does not run youtube')
    expect((await why('nobody')).status).toBe(404)
    const remove = () => door.call('DELETE', `/requested-tasks/${id}`, { as: 'manager' })
    expect(await remove()).toMatchObject({ status: 200, body: { deleted: 1 } })
    // wp1 goes on and cancels the task when this is 404.
    expect((await remove()).status).toBe(404)
    expect((await door.call('DELETE', '/requested-tasks/nonsense', { as: 'manager' })).status).toBe(422)
    expect((await get()).status).toBe(404)
  })
})

describe('a worker’s life (zimfarm.md §21.3)', () => {
  it('is told one task, takes it, reports everything and ends', async () => {
    const id = await waiting('life', {
      notification: {
        requested: { webhook: ['https://h.example.org/'] },
        ended: { webhook: ['https://h.example.org/'] },
      },
    })
    await door.call('PATCH', `/requested-tasks/${id}`, { as: 'admin', body: { priority: 10 } })
    expect((await checkIn()).body).toEqual({ worker_manager: null })
    const polled = await poll('farm-1', undefined, '&total_cpu=8&total_memory=17179869184&total_disk=536870912000')
    expect(polled.body.meta).toEqual({ count: 1, skip: 0, limit: 1, page_size: 1, page: 1 })
    expect(polled.body.items[0]).toMatchObject({ id, worker_name: 'farm-1', recipe_name: 'life' })
    expect(
      (
        await door.call('GET', `/requested-tasks/worker?worker_name=farm-1&avail_cpu=8&avail_memory=1&avail_disk=1`, {
          as: 'farm-2',
        })
      ).body.items,
    ).toEqual([])
    expect((await take(UUID)).status).toBe(404)
    expect((await door.call('POST', `/tasks/${id}`, { as: 'farm-1', body: { worker_name: 'nobody' } })).status).toBe(
      404,
    )
    expect((await door.call('POST', `/tasks/${id}`, { as: 'farm-1', body: {} })).status).toBe(422)
    expect((await door.call('POST', `/tasks/${id}`, { as: 'farm-2', body: { worker_name: 'farm-1' } })).status).toBe(
      403,
    )
    const taken = await take(id)
    expect(taken).toMatchObject({ status: 201, body: { id, worker_name: 'farm-1', status: 'reserved' } })
    // The worker's own sight is the whole: it must sign in at the store.
    expect(taken.body.upload.zim.upload_uri).toContain('SECRETKEY')
    expect((await take(id)).status).toBe(404)
    const says = async (event: string, payload: object = {}) => {
      const { status, body } = await tell(id, event, payload)
      expect([event, status, body]).toEqual([event, 204, {}])
    }
    await says('started')
    await says('scraper_started', { image: 'ghcr.io/openzim/zimit:3.0.0', command: ['zimit', '--name=x'], log: 'x' })
    await says('scraper_running', {
      stdout: 'crawling',
      stderr: '',
      progress: { done: 12, total: 40, overall: 30.9, partialZim: true },
      stats: { memory: { max_usage: 734003200 }, cpu: { max_usage: 180.2, avg_usage: 75.5 }, disk: { max_usage: 5 } },
    })
    const running = await read(id)
    expect(running.status).toBe('scraper_started')
    expect(running.container.progress).toEqual({ partial_zim: true, overall: 30, done: 12, total: 40 })
    expect(running.container.stats).toEqual({
      memory: { max: 734003200 },
      cpu: { max: 180.2, avg: 75.5 },
      disk: { max: 5 },
    })
    await says('created_file', { file: { name: 'x.zim', size: 5242880, info: { id: 'zim-id' } } })
    await says('uploaded_file', { filename: 'x.zim' })
    await says('checked_file', { filename: 'x.zim', result: 0 })
    const pending = async () => (await door.call('GET', '/files/pending-cms-notifications?limit=5')).body
    expect((await pending()).items).toEqual([])
    await says('check_results_uploaded', { filename: 'x.zim', check_filename: 'x.json' })
    expect((await pending()).items).toEqual([
      { filename: 'x.zim', task_id: id, created_timestamp: expect.stringMatching(/:\d\dZ$/) },
    ])
    await says('uploaded_file', { filename: 'late.zim' })
    await says('scraper_completed', { exit_code: 0, stdout: 'done', stderr: '' })
    await says('update', { log: `${id}_zimit.log` })
    await says('succeeded', { log: 'fine' })
    const { body: ended, text } = await door.call('GET', `/tasks/${id}`)
    expect(Object.keys(ended).sort()).toEqual([
      'canceled_by',
      'config',
      'container',
      'context',
      'debug',
      'events',
      'files',
      'id',
      'notification',
      'offliner',
      'original_recipe_name',
      'priority',
      'recipe_name',
      'requested_by',
      'status',
      'timestamp',
      'updated_at',
      'upload',
      'version',
      'worker_name',
    ])
    expect((ended.timestamp as [string, string][]).map(([status]) => status)).toEqual([
      'requested',
      'reserved',
      'started',
      'scraper_started',
      'scraper_completed',
      'succeeded',
    ])
    expect(ended).toMatchObject({ status: 'succeeded', debug: { log: 'fine' }, canceled_by: null, priority: 10 })
    expect(ended.container).toMatchObject({ exit_code: 0, log: `${id}_zimit.log`, artifacts: null, stdout: 'done' })
    expect(ended.files['x.zim']).toEqual({
      name: 'x.zim',
      task_id: id,
      // wp1 looks for this word, also after the check.
      status: 'uploaded',
      size: 5242880,
      created_timestamp: expect.stringMatching(/:\d\dZ$/),
      uploaded_timestamp: expect.stringMatching(/:\d\dZ$/),
      failed_timestamp: null,
      check_timestamp: expect.stringMatching(/:\d\dZ$/),
      check_result: 0,
      check_filename: 'x.json',
      check_upload_timestamp: expect.stringMatching(/:\d\dZ$/),
      info: { id: 'zim-id' },
      cms_on: null,
      cms_notified: null,
      zim_urls: null,
    })
    expect(ended.files['late.zim']).toMatchObject({
      size: 0,
      status: 'uploaded',
      created_timestamp: expect.any(String),
    })
    expect(text).not.toContain('SECRETKEY')
    expect((await door.call('GET', `/tasks/${id}`, { as: 'manager' })).text).toContain('SECRETKEY')
    expect((await door.call('GET', `/tasks/${id}?hide_secrets=true`, { as: 'manager' })).text).not.toContain(
      'SECRETKEY',
    )
    expect((await tell(id, 'failed')).status).toBe(409)
    const after = (await door.call('GET', '/recipes/life')).body
    expect(after).toMatchObject({
      most_recent_task: { id, status: 'succeeded', timestamp: ended.timestamp },
      duration: { available: true, workers: { 'farm-1': { worker_name: 'farm-1', default: false } } },
    })
  })
  it('hears of notices in this door’s words', async () => {
    const rows = await farm.system.db.notice.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })
    const told = rows.filter(
      (row) => (row.payload as { original_recipe_name?: string }).original_recipe_name === 'life',
    )
    expect(told.map(({ occasion }) => occasion)).toEqual(['requested', 'ended'])
    const [first, last] = told.map(({ payload }) => payload as Record<string, unknown>)
    expect(first).toMatchObject({ status: 'requested', rank: expect.any(Number), worker_name: null })
    expect(last).toMatchObject({ status: 'succeeded', worker_name: 'farm-1', requested_by: 'manager' })
    expect(last).toHaveProperty(['files', 'x.zim', 'status'], 'uploaded')
    expect(last).toHaveProperty(['notification', 'started', 'webhook'], [])
    expect(JSON.stringify(told)).not.toContain('SECRETKEY')
  })
  it('sees the wish to cancel, says that it stops, and what it says of who asked is no error', async () => {
    const id = await waiting('canceling')
    await take(id)
    await tell(id, 'started')
    const cancel = (as = 'manager') => door.call('POST', `/tasks/${id}/cancel`, { as })
    expect((await cancel('viewer')).status).toBe(403)
    expect((await cancel()).status).toBe(204)
    expect((await cancel()).status).toBe(404)
    expect((await read(id)).status).toBe('cancel_requested')
    expect((await tell(id, 'canceling')).status).toBe(204)
    expect((await read(id)).status).toBe('canceling')
    const listed = async (query: string) =>
      ((await door.call('GET', `/tasks?${query}`)).body.items as { id: string }[]).map((one) => one.id)
    expect(await listed('status=canceling')).toEqual([id])
    expect(await listed('status=cancel_requested')).toEqual([])
    expect((await cancel()).status).toBe(404)
    expect((await tell(id, 'canceled', { canceled_by: 'task shutdown (SIGTERM)', log: 'x' })).status).toBe(204)
    expect(await read(id)).toMatchObject({ status: 'canceled', canceled_by: 'manager' })
    const other = await waiting('stopping')
    await take(other)
    await tell(other, 'started')
    await tell(other, 'canceled', { canceled_by: 'task shutdown (SIGTERM)' })
    expect(await read(other)).toMatchObject({ status: 'canceled', canceled_by: 'task shutdown (SIGTERM)' })
  })
  it.each([
    ['exploded', {}, 422],
    ['created_file', { file: { name: 'x.zim' } }, 422],
    ['uploaded_file', {}, 422],
    ['started', { timestamp: 'soon' }, 422],
    ['scraper_running', 'text', 422],
  ])('is refused as %s %j', async (event, payload, status) => {
    const [{ id }] = (await door.call('GET', '/tasks?status=succeeded')).body.items as [{ id: string }]
    expect((await door.call('PATCH', `/tasks/${id}`, { as: 'farm-1', body: { event, payload } })).status).toBe(status)
  })
  it('reports on its own tasks alone', async () => {
    const id = await waiting('mine')
    await take(id)
    expect((await tell(id, 'started', {}, 'farm-2')).status).toBe(403)
    expect((await tell(id, 'started', {}, 'viewer')).status).toBe(403)
    expect((await tell(id, 'started', {}, 'processor')).status).toBe(204)
    expect((await tell(UUID, 'started')).status).toBe(404)
    await tell(id, 'failed', { exception: 'E', traceback: 'T', log: 'L' })
    expect((await read(id)).debug).toMatchObject({ exception: 'E', traceback: 'T', log: 'L' })
  })
})

describe('lists of tasks (zimfarm.md §19.5)', () => {
  it('filter, sort and tell the most recent task where that is asked for', async () => {
    const list = async (query: string) => (await door.call('GET', `/tasks?${query}`)).body
    const all = await list('limit=200')
    // Four that were taken, and one that was taken off the queue.
    expect(all.meta.count).toBe(5)
    expect(all.items[0]).toMatchObject({ original_recipe_name: 'mine', recipe_most_recent_task: null })
    expect(all.items[0].config).toEqual({ offliner: 'zimit', resources: { cpu: 3, memory: GIB, disk: GIB } })
    expect((await list('status=canceled&status=failed')).meta.count).toBe(4)
    expect((await list('recipe_name=life')).meta.count).toBe(1)
    const { id } = (await door.call('GET', '/recipes/life')).body
    expect((await list(`recipe_id=${id}`)).meta.count).toBe(1)
    expect((await list('offliner=youtube')).meta.count).toBe(1)
    const recent = await list('recipe_name=life&fetch_most_recent_tasks=true')
    expect(recent.items[0].recipe_most_recent_task).toMatchObject({ id: recent.items[0].id, status: 'succeeded' })
    for (const sort of ['updated_at', 'done', 'failed'])
      expect((await list(`sort_criteria=${sort}&limit=200`)).items).toHaveLength(5)
    const taken = (await list('sort_criteria=doing&limit=200')).items as { original_recipe_name: string }[]
    expect(taken.map((one) => one.original_recipe_name)).toEqual(['mine', 'stopping', 'canceling', 'life'])
    for (const query of ['sort_criteria=odd', 'status=scraper_running', 'recipe_id=nonsense', 'limit=0'])
      expect((await door.call('GET', `/tasks?${query}`)).status).toBe(422)
  })
  it('say for monitoring whether a task stands still', async () => {
    const ask = (query: string, monitor = 'oldest_task_older_than') => door.call('GET', `/status/${monitor}?${query}`)
    const id = await waiting('standing')
    await take(id)
    expect((await ask('status=reserved&threshold_secs=60')).text).toBe(
      'oldest_task_older_than for reserved and 60s: OK',
    )
    farm.at(new Date(Date.now() + 120_000))
    expect((await ask('status=reserved&threshold_secs=60')).text).toMatch(/: KO$/)
    farm.at(null)
    for (const [query, monitor] of [
      ['status=reserved', undefined],
      ['threshold_secs=1', undefined],
      ['status=odd&threshold_secs=1', undefined],
      ['status=reserved&threshold_secs=1', 'other'],
    ] as const)
      expect((await ask(query, monitor)).status).toBe(422)
    expect((await door.call('GET', '/healthcheck')).body).toEqual({
      status: 'ok',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
    })
  })
})

describe('workers (zimfarm.md §19.6)', () => {
  const key = (comment = 'farm-3@host') => `${utils.generateKeyPairSync('ed25519').public} ${comment}`
  it('are made with a key and an account of their own, selfish until they check in', async () => {
    const make = (body: object, as = 'admin') => door.call('POST', '/workers', { as, body })
    expect((await make({ name: 'farm-3', ssh_key: { key: key() } }, 'manager')).status).toBe(403)
    const made = await make({ name: 'farm-3', ssh_key: { key: key() } })
    expect([made.status, made.text]).toEqual([201, ''])
    expect((await make({ name: 'farm-3', ssh_key: { key: key() } })).status).toBe(409)
    expect((await make({ name: 'Farm', ssh_key: { key: key() } })).body.errors).toHaveProperty('name')
    expect((await make({ name: 'farm-4', ssh_key: { key: 'ssh-rsa AAAA' } })).body.errors).toHaveProperty('key')
    expect((await make({ name: 'farm-4', ssh_key: { key: 'ssh-rsa AAAA x@y' } })).status).toBe(400)
    const { body } = await door.call('GET', '/workers/farm-3')
    expect(body).toMatchObject({
      name: 'farm-3',
      username: 'farm-3',
      status: 'offline',
      last_seen: null,
      selfish: true,
      cordoned: false,
      admin_disabled: false,
      offliners: [],
      contexts: {},
      ip_changed: false,
      docker_image: null,
      running_tasks: [],
      nb_tasks_total: 0,
      resources: { total: { cpu: 0 }, available: { cpu: 0 } },
    })
    expect(body.ssh_keys).toMatchObject([{ name: 'farm-3@host', type: 'ED25519' }])
    expect((await door.call('GET', '/accounts/farm-3', { as: 'admin' })).body).toMatchObject({
      role: 'worker',
      display_name: 'farm-3',
      has_password: false,
    })
  })
  it('check in as themselves: totals, offliners that nobody knows, their own wish to rest, their image', async () => {
    expect((await checkIn({}, 'nobody', 'farm-1')).status).toBe(404)
    expect((await checkIn({}, 'farm-1', 'farm-2')).status).toBe(400)
    expect((await checkIn({ cpu: 'many' })).status).toBe(422)
    const image = { hash: 'sha256:abc', created_at: '2026-01-02T03:04:05Z' }
    expect((await checkIn({ cordoned: true, platforms: { youtube: 1 }, docker_image: image })).status).toBe(200)
    const { body } = await door.call('GET', '/workers/farm-1')
    expect(body).toMatchObject({
      status: 'online',
      selfish: false,
      cordoned: true,
      offliners: CHECK_IN.offliners,
      platforms: { youtube: 1 },
      docker_image: image,
      resources: { total: { cpu: 8, memory: 16 * GIB, disk: 500 * GIB } },
    })
    expect(body.nb_tasks_completed).toBe(4)
    expect(body.running_tasks).toMatchObject([{ original_recipe_name: 'standing' }])
    expect((await poll()).body.items).toEqual([])
    await checkIn()
    expect((await door.call('GET', '/workers/farm-1')).body.cordoned).toBe(false)
    await poll('farm-1', { cpu: 5, memory: 8 * GIB, disk: 250 * GIB })
    expect((await door.call('GET', '/workers/farm-1')).body).toMatchObject({
      resources: { available: { cpu: 5, memory: 8 * GIB, disk: 250 * GIB } },
      current_usage: { cpu: 3, memory: 8 * GIB, disk: 250 * GIB },
    })
  })
  it('are given contexts by administrators, whose addresses only they see; what is left out stays', async () => {
    const put = (body: object, as = 'admin') => door.call('PUT', '/workers/farm-1', { as, body })
    expect((await put({ contexts: { lab: null } }, 'manager')).status).toBe(403)
    expect((await put({ contexts: { lab: 'nonsense' } })).status).toBe(422)
    expect((await put({ contexts: { lab: '203.0.113.7', home: null } })).status).toBe(204)
    expect((await put({ admin_disabled: true })).status).toBe(204)
    const get = async (as?: string) => (await door.call('GET', '/workers/farm-1', { as })).body
    expect(await get()).toMatchObject({ contexts: { lab: null, home: null }, admin_disabled: true })
    expect((await get('admin')).contexts).toEqual({ lab: '203.0.113.7', home: null })
    await put({ admin_disabled: false })
    const from = (ip: string) =>
      door.call('GET', '/requested-tasks/worker?worker_name=farm-1&avail_cpu=1&avail_memory=1&avail_disk=1', {
        as: 'farm-1',
        headers: { 'x-forwarded-for': `${ip}, 10.0.0.1` },
      })
    expect((await from('2001:db8::1')).status).toBe(200)
    expect(await get()).toMatchObject({ last_ip: '2001:db8::1', ip_changed: true })
    await from('203.0.113.7')
    expect((await get()).ip_changed).toBe(false)
    expect((await put({ contexts: {} })).status).toBe(204)
    expect((await door.call('PUT', '/workers/nobody', { as: 'admin', body: {} })).status).toBe(404)
  })
  it('are listed, those that are away left out where that is asked for', async () => {
    const names = async (query = '') =>
      ((await door.call('GET', `/workers?${query}`)).body.items as { name: string }[]).map(({ name }) => name)
    expect(await names()).toEqual(['farm-1', 'farm-2', 'farm-3'])
    expect(await names('hide_offlines=true')).toEqual(['farm-1', 'farm-2'])
  })
  it('have keys, which the worker itself and those who may change; gates find them by fingerprint', async () => {
    const line = key('second@host')
    const add = (as: string, text = line) => door.call('POST', '/workers/farm-1/keys', { as, body: { key: text } })
    expect((await add('farm-2')).status).toBe(403)
    expect((await add('farm-1', 'two words')).status).toBe(422)
    const added = await add('farm-1')
    expect(added.status).toBe(200)
    expect(added.body).toEqual({
      key: line,
      name: 'second@host',
      type: 'ED25519',
      added: expect.stringMatching(/:\d\dZ$/),
      fingerprint: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/),
    })
    expect((await add('manager')).status).toBe(409)
    const { fingerprint } = added.body
    expect((await door.call('GET', '/workers/farm-1/keys')).status).toBe(401)
    expect((await door.call('GET', '/workers/farm-1/keys', { as: 'manager' })).body).toMatchObject({
      meta: { count: 1 },
      items: [{ fingerprint }],
    })
    // A fingerprint with slashes is the rest of the path.
    const find = (query = '', which = fingerprint, name = '-') =>
      door.call('GET', `/workers/${name}/keys/${which}${query}`)
    expect((await find('?with_permission=zim.upload')).body).toEqual({
      key: line,
      name: 'second@host',
      type: 'ED25519',
      worker_name: 'farm-1',
    })
    expect((await find('', fingerprint, 'farm-1')).status).toBe(200)
    expect((await find('', fingerprint, 'farm-2')).status).toBe(404)
    expect((await find('', 'SHA256:a/b/c')).status).toBe(404)
    expect((await find('?with_permission=zim.upload&with_permission=recipes.create')).status).toBe(401)
    expect((await find('?with_permission=nonsense')).body).toMatchObject({
      success: false,
      message: expect.any(String),
    })
    const remove = () => door.call('DELETE', `/workers/farm-1/keys/${fingerprint}`, { as: 'manager' })
    expect((await remove()).status).toBe(204)
    expect((await remove()).status).toBe(404)
  })
  it('learn what the newest worker is from the registry, or that it does not tell', async () => {
    expect((await door.call('GET', '/workers/image/latest')).status).toBe(400)
    const registry = createServer((request, response) => {
      const url = request.url ?? ''
      const host = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`
      if (url.startsWith('/token')) return response.end(JSON.stringify({ token: 't' }))
      if (request.headers.authorization !== 'Bearer t') {
        response.writeHead(401, { 'www-authenticate': `Bearer realm="${host}/token",service="s",scope="x"` })
        return response.end()
      }
      const answers: Record<string, object> = {
        '/v2/openzim/zimfarm-worker-manager/manifests/latest': { manifests: [{ digest: 'sha256:one' }] },
        '/v2/openzim/zimfarm-worker-manager/manifests/sha256:one': { config: { digest: 'sha256:two' } },
        '/v2/openzim/zimfarm-worker-manager/blobs/sha256:two': { created: '2026-01-02T03:04:05Z' },
      }
      response.writeHead(answers[url] === undefined ? 404 : 200, { 'docker-content-digest': 'sha256:index' })
      response.end(JSON.stringify(answers[url] ?? {}))
    }).listen(0, '127.0.0.1')
    await new Promise((done) => registry.once('listening', done))
    farm.runtime.context.settings.imageRegistry.url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`
    const newest = { hash: 'sha256:index', created_at: '2026-01-02T03:04:05Z' }
    expect((await door.call('GET', '/workers/image/latest')).body).toEqual(newest)
    expect((await checkIn()).body).toEqual({ worker_manager: newest })
    registry.close()
  })
  it('are told nothing while the scheduler is off, but what they say is kept', async () => {
    farm.runtime.context.settings.schedulerOff = true
    const { body } = await poll('farm-2', { cpu: 2, memory: 2, disk: 2 })
    expect(body).toEqual({ meta: { count: 0, skip: 0, limit: 0, page_size: 0, page: 1 }, items: [] })
    expect((await door.call('GET', '/workers/farm-2')).body.resources.available).toEqual({ cpu: 2, memory: 2, disk: 2 })
    const id = await waiting('later')
    expect((await take(id)).status).toBe(204)
    farm.runtime.context.settings.schedulerOff = false
    expect((await take(id)).status).toBe(201)
  })
})
