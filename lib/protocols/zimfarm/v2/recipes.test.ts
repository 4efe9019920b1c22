/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return -- tests read whatever JSON the door answers */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { doorV2, recipe, type DoorV2 } from '#lib/testing/zimfarm-v2'

let farm: TestFarm
let door: DoorV2
beforeAll(async () => {
  farm = await testFarm({ IMAGE_REGISTRY_URL: 'http://127.0.0.1:9' })
  door = doorV2(farm)
  for (const role of ['admin', 'manager', 'editor', 'viewer'] as const) {
    await farm.account(role, role)
    await door.signIn(role)
  }
})
afterAll(() => farm.close())

const create = (body: object, as = 'editor') => door.call('POST', '/recipes', { as, body })
const get = (name: string, as?: string, query = '') => door.call('GET', `/recipes/${name}${query}`, { as })
const patch = (name: string, body: object, as = 'editor') => door.call('PATCH', `/recipes/${name}`, { as, body })
const MASK = '*'.repeat(24)
const TUBE = {
  image: { name: 'ghcr.io/openzim/youtube', tag: '1' },
  offliner: { offliner_id: 'youtube', 'api-key': 'sesame-open', id: 'x', name: "it's" },
}

describe('a recipe (zimfarm.md §18.1)', () => {
  it('is created as zimit-frontend does it, and read whole', async () => {
    const made = await create(recipe('example.org_1a2b3c4d'))
    expect(made.status).toBe(200)
    expect(Object.keys(made.body)).toEqual(['id'])
    const { status, body } = await get('example.org_1a2b3c4d')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: made.body.id,
      name: 'example.org_1a2b3c4d',
      enabled: true,
      archived: false,
      context: '',
      is_requested: false,
      is_valid: true,
      language: { code: 'eng', name: 'English' },
      most_recent_task: null,
      tags: [],
      periodicity: 'manually',
      notification: null,
      version: 'dev',
      offliner: 'zimit',
      duration: { available: false, default: { value: 2_678_400, worker_name: null, default: true }, workers: null },
    })
    expect(body).not.toHaveProperty('category')
    const { config } = body
    expect(config).toMatchObject({
      warehouse_path: '/other',
      image: { name: 'ghcr.io/openzim/zimit', tag: '3.0.0' },
      platform: null,
      monitor: false,
      mount_point: '/output',
    })
    // All flags are there, those that are not set null; numbers that came as texts are numbers.
    expect(Object.keys(config.offliner)).toHaveLength(70)
    expect(config.offliner).toMatchObject({ offliner_id: 'zimit', sizeSoftLimit: 4294967296, title: null })
    expect(config.command[0]).toBe('zimit')
    expect(config.command.slice(1, 3)).toEqual(['--seeds=https://example.org/', '--name=example.org_1a2b3c4d'])
    expect(config.str_command).toBe(config.command.join(' '))
    expect((await get(String(made.body.id))).body).toEqual(body)
  })
  it('masks secrets everywhere but for those who may see them and ask for it', async () => {
    expect(
      (await create(recipe('tube', { notification: { ended: { webhook: ['https://h.example.org/x'] } } }, TUBE)))
        .status,
    ).toBe(200)
    for (const [as, query] of [
      [undefined, '?hide_secrets=false'],
      ['viewer', '?hide_secrets=false'],
      ['editor', ''],
      ['editor', '?hide_secrets=true'],
    ] as const) {
      const { body, text } = await get('tube', as, query)
      expect(text).not.toContain('sesame')
      expect(body.config.offliner['api-key']).toBe(MASK)
      expect(body.config.str_command).toContain(`--api-key='${MASK}'`)
    }
    const open = (await get('tube', 'editor', '?hide_secrets=false')).body
    expect(open.config.offliner['api-key']).toBe('sesame-open')
    expect(open.config.command).toContain('--api-key=sesame-open')
    expect(open.config.command).toContain(`--name='it'"'"'s'`)
    expect(open.notification.ended).toEqual({ webhook: ['https://h.example.org/x'], mailgun: [], slack: [] })
    expect(open.notification.requested).toEqual({ webhook: [], mailgun: [], slack: [] })
    expect((await get('tube', 'viewer')).body.notification).toBeNull()
    const backup = await door.call('GET', '/recipes/backup')
    expect(backup.text).not.toContain('sesame')
    expect(backup.body.find((one: { name: string }) => one.name === 'tube').config).not.toHaveProperty('command')
    expect((await door.call('GET', '/recipes/backup?hide_secrets=false', { as: 'editor' })).text).toContain('sesame')
  })
  it('keeps a secret whose mask comes back', async () => {
    const offliner = (await get('tube', 'editor')).body.config.offliner
    expect((await patch('tube', { flags: { ...offliner, id: 'y' } })).status).toBe(200)
    const { body } = await get('tube', 'editor', '?hide_secrets=false')
    expect(body.config.offliner).toMatchObject({ 'api-key': 'sesame-open', id: 'y' })
  })
  it.each([
    ['a name with capitals', recipe('Capital'), 'name'],
    ['a name with a slash', recipe('a/b'), 'name'],
    ['the name none', recipe('none'), 'name'],
    ['an unknown language', recipe('x', { language: 'zz9' }), 'language'],
    ['an image of nobody', recipe('x', {}, { image: { name: 'openzim/nothing', tag: '1' } }), 'name'],
    ['resources that are none', recipe('x', {}, { resources: { cpu: 'many', memory: 1, disk: 1 } }), 'cpu'],
    ['a fraction of a byte', recipe('x', {}, { resources: { cpu: 1, memory: 1.5, disk: 1 } }), 'memory'],
    ['another warehouse', recipe('x', {}, { warehouse_path: '/tmp' }), 'warehouse_path'],
    ['an unknown flag', recipe('x', {}, {}, { nonsense: 1 }), 'nonsense'],
    ['a flag that is wrong', recipe('x', {}, {}, { title: 'x'.repeat(31) }), 'title'],
    ['no offliner', recipe('x', {}, { offliner: { name: 'x' } }), 'offliner_id'],
    ['no version', recipe('x', { version: undefined }), 'version'],
    ['a webhook that is none', recipe('x', { notification: { ended: { webhook: ['nonsense'] } } }), '0'],
  ])('is refused with %s', async (_, body, key) => {
    const answer = await create(body)
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ success: false, message: expect.any(String) })
    expect(answer.body.errors[key]).toEqual([expect.any(String)])
  })
  it('is refused when its name is taken, or its version unknown', async () => {
    expect((await create(recipe('example.org_1a2b3c4d'))).status).toBe(409)
    expect((await create(recipe('x', { version: 'nonsense' }))).status).toBe(404)
  })
  it('takes what wp1 sends: a null webhook, a platform and a context of its own', async () => {
    const body = recipe(
      'wp1_selection_abc',
      {
        context: 'wikimedia',
        tags: ['wikipedia'],
        category: undefined,
        notification: { ended: { webhook: null } },
      },
      {
        image: { name: 'ghcr.io/openzim/mwoffliner', tag: '1.17.0' },
        platform: 'wikimedia',
        warehouse_path: '/wikipedia',
        offliner: {
          offliner_id: 'mwoffliner',
          mwUrl: 'https://en.wikipedia.org/',
          adminEmail: 'a@example.org',
          format: ['nopic:nopic'],
          customZimTitle: 'Before',
          articleList: null,
        },
      },
    )
    expect((await create(body, 'manager')).status).toBe(200)
    // Its way to change a title: the whole body again, with `config` and without `flags`.
    const after = {
      ...body,
      config: { ...body.config, offliner: { ...body.config.offliner, customZimTitle: 'After' } },
    }
    const changed = await patch('wp1_selection_abc', after, 'manager')
    expect(changed.status).toBe(200)
    expect(changed.body.config.offliner).toMatchObject({ customZimTitle: 'After', articleList: null })
    expect(changed.body).toMatchObject({ context: 'wikimedia', tags: ['wikipedia'], version: 'dev' })
    expect(changed.body.config.command).toContain('--customZimTitle=After')
    expect(changed.body.config.command).toContain('--format=nopic:nopic')
  })
})

describe('changing a recipe', () => {
  it('answers with the whole document, secrets included', async () => {
    await create(recipe('changing', { tags: ['a'] }))
    const { status, body } = await patch('changing', {
      tags: ['b', 'c'],
      enabled: false,
      context: 'lab',
      language: 'fra',
      artifacts_globs: ['*.log'],
      platform: 'maps',
      notification: { requested: { slack: ['#zim'] } },
      comment: 'why not',
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      tags: ['b', 'c'],
      enabled: false,
      context: 'lab',
      language: { code: 'fra', name: 'French' },
      notification: { requested: { slack: ['#zim'] } },
      config: { artifacts_globs: ['*.log'], platform: 'maps', resources: { shm: 1073741824 } },
    })
    expect((await patch('changing', { artifacts_globs: null, platform: null })).body.config).toMatchObject({
      artifacts_globs: null,
      platform: null,
    })
  })
  it('needs flags, image and version together with another offliner', async () => {
    const move = { offliner: 'youtube', flags: TUBE.offliner, image: TUBE.image, version: 'dev' }
    expect((await patch('changing', { ...move, version: undefined })).status).toBe(400)
    expect((await patch('changing', { ...move, flags: undefined })).status).toBe(400)
    expect((await patch('changing', { image: TUBE.image })).status).toBe(422)
    const moved = await patch('changing', move)
    expect(moved.body).toMatchObject({ offliner: 'youtube', config: { offliner: { offliner_id: 'youtube', id: 'x' } } })
  })
  it('is refused without anything to change, with what does not fit, and for who may not', async () => {
    expect((await patch('changing', {})).status).toBe(400)
    expect((await patch('changing', { comment: 'only this', nonsense: 1 })).status).toBe(400)
    expect((await patch('changing', { flags: { id: 'x' } })).body.errors).toHaveProperty('api-key')
    expect((await patch('changing', { version: 'nonsense' })).status).toBe(404)
    expect((await patch('changing', { name: 'tube' })).status).toBe(409)
    expect((await patch('nothing', { enabled: true })).status).toBe(404)
    expect((await patch('changing', { enabled: true }, 'viewer')).status).toBe(403)
    expect((await door.call('PATCH', '/recipes/changing', { body: { enabled: true } })).status).toBe(401)
  })
  it('clones, validates, finds tags of images, and deletes', async () => {
    const clone = await door.call('POST', '/recipes/changing/clone', { as: 'editor', body: { name: 'cloned' } })
    expect(clone.status).toBe(200)
    expect((await get('cloned')).body).toMatchObject({ id: clone.body.id, enabled: false })
    const again = { as: 'editor', body: { name: 'cloned' } }
    expect((await door.call('POST', '/recipes/changing/clone', again)).status).toBe(409)
    expect((await door.call('GET', '/recipes/cloned/validate', { as: 'editor' })).body).toHaveProperty('message')
    expect((await door.call('GET', '/recipes/cloned/image-names?hub_name=openzim/zimit')).status).toBe(500)
    expect((await door.call('GET', '/recipes/cloned/image-names')).status).toBe(422)
    expect((await door.call('DELETE', '/recipes/cloned', { as: 'manager' })).status).toBe(403)
    expect((await door.call('DELETE', '/recipes/cloned', { as: 'admin' })).status).toBe(204)
    expect((await door.call('DELETE', '/recipes/cloned', { as: 'admin' })).status).toBe(404)
  })
})

describe('lists', () => {
  it('filter by part of the name, language, tags and offliner, and tell the true count past the end', async () => {
    await create(recipe('alpha one', { tags: ['x', 'y'], language: 'deu' }))
    await create(recipe('alpha two', { tags: ['x'], language: 'fra' }))
    const list = async (query: string) => (await door.call('GET', `/recipes?${query}`)).body
    const one = await list('name=PHA%20O')
    expect(one).toMatchObject({ meta: { count: 1, skip: 0, limit: 20, page_size: 1, page: 1 } })
    expect(Object.keys(one.items[0]).sort()).toEqual([
      'archived',
      'config',
      'context',
      'enabled',
      'id',
      'is_requested',
      'language',
      'most_recent_task',
      'name',
    ])
    expect(one.items[0].config).toEqual({ offliner: 'zimit' })
    expect((await list('tag=x&tag=y')).meta.count).toBe(1)
    expect((await list('lang=deu&lang=fra')).meta.count).toBe(3)
    expect((await list('offliner=mwoffliner&offliner=youtube&unknown=1')).meta.count).toBe(3)
    const total = (await list('')).meta.count
    expect(await list('skip=200&limit=10')).toEqual({
      meta: { count: total, skip: 200, limit: 10, page_size: 0, page: 21 },
      items: [],
    })
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'skip=-1'])
      expect((await door.call('GET', `/recipes?${query}`)).status).toBe(422)
  })
  it('of languages, tags, contexts, platforms and offliners are pages', async () => {
    const list = async (path: string) => (await door.call('GET', path)).body
    expect((await list('/languages')).items).toContainEqual({ code: 'deu', name: 'German' })
    expect((await list('/tags?limit=500')).items).toContain('y')
    expect((await list('/contexts')).items).toEqual(['lab', 'wikimedia'])
    expect((await list('/platforms')).meta).toMatchObject({ count: 11 })
    expect((await list('/offliners')).items).toContain('zimit')
  })
})

describe('the archive and the history', () => {
  it('archives, hides, refuses to change, and restores', async () => {
    await create(recipe('keeping', {}, TUBE))
    const archive = (what: string, as = 'editor') =>
      door.call('PATCH', `/recipes/keeping/${what}`, { as, body: { comment: 'c' } })
    expect((await archive('archive', 'viewer')).status).toBe(403)
    expect((await archive('archive')).body).toHaveProperty('message')
    expect((await archive('archive')).status).toBe(409)
    expect((await get('keeping')).status).toBe(401)
    expect((await get('keeping', 'viewer')).body.archived).toBe(true)
    expect((await door.call('GET', '/recipes?name=keeping')).body.meta.count).toBe(0)
    expect((await door.call('GET', '/recipes?name=keeping&archived=true')).status).toBe(401)
    expect((await door.call('GET', '/recipes?archived=true', { as: 'viewer' })).status).toBe(403)
    expect((await door.call('GET', '/recipes?archived=true', { as: 'editor' })).body.meta.count).toBe(1)
    expect((await patch('keeping', { enabled: false })).status).toBe(400)
    const clone = { as: 'editor', body: { name: 'kept' } }
    expect((await door.call('POST', '/recipes/keeping/clone', clone)).status).toBe(400)
    const request = { as: 'admin', body: { recipe_names: ['keeping'] } }
    expect((await door.call('POST', '/requested-tasks', request)).status).toBe(404)
    expect((await archive('restore')).status).toBe(200)
    expect((await archive('restore')).status).toBe(409)
    await archive('archive')
    const restore = (body: object) => door.call('POST', '/recipes/restore', { as: 'editor', body })
    expect((await restore({})).status).toBe(422)
    expect((await restore({ recipe_names: ['keeping', 'nothing'] })).status).toBe(404)
    expect((await get('keeping', 'editor')).body.archived).toBe(true)
    expect((await restore({ recipe_names: ['keeping'] })).status).toBe(204)
  })
  it('tells what it was, newest first, and goes back with the secrets that it had', async () => {
    await create(recipe('moving', { comment: 'begun' }, TUBE))
    await patch('moving', {
      tags: ['later'],
      flags: { ...TUBE.offliner, 'api-key': 'another-one' },
      comment: 'changed',
    })
    const list = async (as?: string) => door.call('GET', '/recipes/moving/history', { as })
    expect((await list()).status).toBe(401)
    const { body } = await list('editor')
    expect(body.meta).toMatchObject({ count: 2, limit: 200 })
    const [now, then] = body.items
    expect([now.comment, then.comment]).toEqual(['changed', 'begun'])
    expect(Object.keys(then).sort()).toEqual([
      'archived',
      'author',
      'comment',
      'config',
      'context',
      'created_at',
      'enabled',
      'id',
      'language_code',
      'name',
      'notification',
      'offliner_definition_version',
      'periodicity',
      'tags',
    ])
    expect(then).toMatchObject({ author: 'editor', language_code: 'eng', tags: [], archived: false })
    expect(then.config.offliner['api-key']).toBe('sesame-open')
    expect((await door.call('GET', `/recipes/moving/history/${then.id}`, { as: 'editor' })).body).toEqual(then)
    const revert = (id: string) =>
      door.call('PATCH', `/recipes/moving/revert/${id}`, { as: 'editor', body: { comment: 'back' } })
    expect((await revert(then.id)).body).toHaveProperty('message')
    expect((await revert('00000000-0000-4000-8000-000000000000')).status).toBe(404)
    expect((await revert('nonsense')).status).toBe(422)
    const after = (await get('moving', 'editor', '?hide_secrets=false')).body
    expect(after).toMatchObject({ tags: [], config: { offliner: { 'api-key': 'sesame-open' } } })
    expect((await list('editor')).body.items[0].comment).toBe('back')
  })
})

describe('blobs (zimfarm.md §18.4)', () => {
  const css = Buffer.from('body { color: red }').toString('base64')
  const post = (body: object, as = 'editor') => door.call('POST', '/blobs/alpha%20one', { as, body })
  it('are kept once, shown, served to everybody, commented and deleted', async () => {
    const made = await post({ flag_name: 'custom-css', kind: 'css', data: css, comments: 'mine' })
    expect(made.status).toBe(200)
    const { id, checksum } = made.body
    expect(made.body).toMatchObject({ flag_name: 'custom-css', kind: 'css', comments: 'mine', filename: `${id}.css` })
    expect(made.body.url).toMatch(new RegExp(`/v2/blobs/download/${id}\\.css$`))
    expect((await post({ flag_name: 'custom-css', kind: 'css', data: `data:text/css;base64,${css}` })).body.id).toBe(id)
    const served = await door.call('GET', `/blobs/download/${id}.css`)
    expect([served.status, served.text]).toEqual([200, 'body { color: red }'])
    expect(served.headers.get('content-type')).toContain('text/css')
    expect((await door.call('GET', `/blobs/download/${id}.png`)).status).toBe(404)
    expect((await door.call('GET', '/blobs/alpha%20one')).status).toBe(401)
    expect((await door.call('GET', '/blobs/alpha%20one', { as: 'editor' })).body).toMatchObject({
      meta: { count: 1 },
      items: [{ id }],
    })
    const one = await door.call('GET', `/blobs/alpha%20one/custom-css/${checksum}`, { as: 'editor' })
    expect(one.body.id).toBe(id)
    const commented = await door.call('PATCH', `/blobs/${id}`, { as: 'editor', body: { comments: 'ours' } })
    expect(commented.body.comments).toBe('ours')
    expect((await door.call('DELETE', `/blobs/${id}`, { as: 'editor' })).status).toBe(204)
    expect((await door.call('DELETE', `/blobs/${id}`, { as: 'editor' })).status).toBe(404)
  })
  it('are refused when they are too big, no image, or nonsense', async () => {
    const big = Buffer.alloc(1_200_000, 'a').toString('base64')
    expect((await post({ flag_name: 'custom-css', kind: 'css', data: big })).status).toBe(400)
    expect((await post({ flag_name: 'favicon', kind: 'image', data: css })).status).toBe(400)
    expect((await post({ flag_name: 'favicon', kind: 'image', data: 'not base64!' })).body.errors).toHaveProperty(
      'data',
    )
    expect((await post({ flag_name: 'favicon', kind: 'sound', data: css })).status).toBe(422)
    expect(
      (await door.call('POST', '/blobs/nothing', { as: 'editor', body: { flag_name: 'x', kind: 'css', data: css } }))
        .status,
    ).toBe(404)
  })
})

describe('offliners (zimfarm.md §18.2)', () => {
  const post = (path: string, body: object, as?: string) => door.call('POST', path, { as, body })
  const maps = {
    offliner_id: 'maps',
    base_model: 'DashModel',
    docker_image_name: 'ghcr.io/openzim/maps',
    command_name: 'maps2zim',
    ci_secret_hash: 'the plain secret',
  }
  const spec = {
    flags: {
      zim_name: { type: 'string', required: true, title: 'Name', description: 'what it is called' },
      area: { type: 'string', title: 'Area', description: 'where', alias: 'where-it-is' },
      api_key: { type: 'string', title: 'Key', description: 'the key', secret: true },
      size: {
        type: 'string-enum',
        title: 'Size',
        description: 's',
        choices: [{ title: 'Big', value: 'big' }, 'small'],
      },
    },
    stdOutput: true,
    stdStats: 'stats-file',
  }
  it('are data: one is added, gets a version, and runs recipes', async () => {
    expect((await post('/offliners', maps, 'editor')).status).toBe(403)
    expect((await post('/offliners', maps, 'admin')).status).toBe(201)
    expect((await post('/offliners', maps, 'admin')).status).toBe(409)
    const version = { version: '1.0', ci_secret: 'the plain secret', spec }
    expect((await post('/offliners/maps/versions', { ...version, ci_secret: 'wrong' })).status).toBe(401)
    expect(
      (await post('/offliners/maps/versions', { ...version, spec: { flags: { x: { type: 'odd' } } } })).status,
    ).toBe(422)
    expect((await post('/offliners/maps/versions', version)).status).toBe(201)
    expect((await post('/offliners/maps/versions', version)).status).toBe(201)
    expect((await door.call('GET', '/offliners/maps/versions')).body.items).toEqual(['1.0'])
    const read = (await door.call('GET', '/offliners/maps/1.0')).body
    expect(read.help).toContain('https://github.com/openzim/maps/')
    expect(read.flags[0]).toEqual({
      data_key: 'zim-name',
      key: 'zim_name',
      label: 'Name',
      description: 'what it is called',
      type: 'string',
      required: true,
      secret: false,
      min: null,
      max: null,
      min_graphemes: null,
      max_graphemes: null,
      pattern: null,
      allow_remote_url: false,
      choices: null,
      kind: null,
    })
    expect(read.flags[3].choices).toEqual([
      { title: 'Big', value: 'big' },
      { title: 'small', value: 'small' },
    ])
    const whole = (await door.call('GET', '/offliners/maps/1.0/spec')).body
    expect(whole).toMatchObject({ offliner: 'maps', version: '1.0', schema: spec })
    const body = recipe(
      'a map',
      { version: '1.0' },
      {
        image: { name: 'openzim/maps', tag: '1.0' },
        warehouse_path: '/maps',
        platform: 'maps',
        offliner: { offliner_id: 'maps', size: 'big', 'zim-name': 'a b', 'api-key': 'hidden-key' },
      },
    )
    expect((await create(body)).status).toBe(200)
    const { config } = (await get('a map', 'editor', '?hide_secrets=false')).body
    // In the order of the definition, then where the work and its figures go.
    expect(config.command).toEqual([
      'maps2zim',
      `--zim-name='a b'`,
      '--api-key=hidden-key',
      '--size=big',
      '--output=/output',
      '--stats-file=/output/task_progress.json',
    ])
    expect((await get('a map')).text).not.toContain('hidden-key')
  })
  it('that are not there are not found', async () => {
    for (const path of ['/offliners/nothing/versions', '/offliners/zimit/nothing', '/offliners/delayed_add/versions'])
      expect((await door.call('GET', path)).status).toBe(404)
    expect((await door.call('GET', '/offliners/zimit/dev')).body.flags).toHaveLength(69)
  })
})

describe('nonsense', () => {
  it.each([
    ['GET', '/nothing', {}, 404],
    ['PUT', '/recipes', {}, 405],
    ['HEAD', '/recipes', {}, 405],
    ['GET', '/recipes/%zz', {}, 404],
    ['GET', '/recipes/a%00b', {}, 404],
    ['GET', '/recipes/none-such', {}, 404],
    ['POST', '/recipes', {}, 401],
    ['POST', '/recipes', { as: 'viewer', body: {} }, 403],
    ['POST', '/recipes', { as: 'editor', raw: '{"name":' }, 422],
    ['POST', '/recipes', { as: 'editor', raw: 'null' }, 422],
    ['POST', '/recipes', { as: 'editor', raw: '{"__proto__":{"a":1},"constructor":1}' }, 422],
    ['PATCH', '/recipes/tube', { as: 'editor', raw: '{"flags":{"__proto__":1,"constructor":{}}}' }, 422],
    ['POST', '/recipes', { as: 'editor', raw: `"${'x'.repeat(5_000_000)}"` }, 413],
    ['POST', '/recipes', { as: 'editor', raw: '['.repeat(200_000) + ']'.repeat(200_000) }, 422],
  ] as const)('%s %.60s is refused well', async (method, path, options, status) => {
    const answer = await door.call(method, path, options)
    expect(answer.status).toBe(status)
    expect(answer.text).not.toMatch(/at .*\.ts|prisma|node_modules/i)
    if (status === 404 && path === '/nothing') expect(answer.body).toEqual({ detail: 'Not Found' })
    if (status === 405 && method !== 'HEAD') expect(answer.body).toEqual({ detail: 'Method Not Allowed' })
  })
  it('redirects a slash at the end, with method, body and query kept', async () => {
    const { status, headers } = await door.call('POST', '/recipes/?a=b%20c', { as: 'editor', body: {} })
    expect([status, headers.get('location')]).toEqual([307, '/v2/recipes?a=b%20c'])
    expect((await door.call('GET', '/recipes/tube/')).headers.get('location')).toBe('/v2/recipes/tube')
  })
  it('lets pages of other origins read only where the farm names them', async () => {
    const origin = { origin: 'https://ui.example.org' }
    expect((await door.call('GET', '/tags', { headers: origin })).headers.get('access-control-allow-origin')).toBeNull()
    farm.runtime.context.settings.allowedOrigins.push('https://ui.example.org')
    const allowed = await door.call('GET', '/tags', { headers: origin })
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://ui.example.org')
    const other = await door.call('GET', '/tags', { headers: { origin: 'https://evil.example.org' } })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
    const asked = await door.call('OPTIONS', '/recipes', {
      headers: {
        ...origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    })
    expect(asked.status).toBe(200)
    expect(asked.headers.get('access-control-allow-headers')).toBe('authorization')
    farm.runtime.context.settings.allowedOrigins.length = 0
  })
})
