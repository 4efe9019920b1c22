import { afterEach, describe, expect, it } from 'vitest'
import { readEnv } from '#lib/env'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { postVersion } from '../task-types/versions'
import { updateSchedule } from '../schedules/update'
import { getTask } from './get'
import { requestTasks } from './request'

let farm: TestFarm | undefined
afterEach(async () => {
  await farm?.close()
  farm = undefined
})

const GIB = 2 ** 30
const CRAWL = {
  name: 'crawl',
  taskType: 'zimit',
  resources: { cpu: 1, memory: GIB / 2, disk: GIB },
  config: {
    params: { seeds: 'https://example.org/', name: 'x', 'zim-file': 'x.zim' },
    image: { name: 'openzim/zimit', tag: '3.0' },
    warehousePath: '/other',
    monitor: false,
  },
}
/** What a request of the schedule froze. */
async function snapshot(of: TestFarm, name: string) {
  const { requested, refused } = await requestTasks(of.system, { schedules: [name] })
  return getTask(of.system, requested[0]?.id ?? expect.fail(refused[0]?.why))
}

describe('a request freezes (zimfarm.md §11, §18.3)', () => {
  it('the image with its registry and tag, shared memory within the memory, and the publisher of the farm', async () => {
    farm = await testFarm({ DOCKER_REGISTRY_zimit: 'registry.example.org', DEFAULT_PUBLISHER: 'Us' })
    await farm.schedule(CRAWL)
    const first = await snapshot(farm, 'crawl')
    expect(first.config).toMatchObject({
      image: { name: 'registry.example.org/openzim/zimit', tag: '3.0' },
      shm: GIB / 2,
    })
    expect(first.config.command).toContain('--publisher=Us')
    await updateSchedule(farm.system, 'crawl', {
      config: { ...CRAWL.config, image: { name: 'openzim/zimit', tag: '4.0' } },
    })
    expect((await getTask(farm.system, first.id)).config.image?.tag).toBe('3.0')
  })
  it.each([
    ['the usual registry', {}, 'ghcr.io/openzim/mwoffliner'],
    ['no registry', { DOCKER_REGISTRY_mwoffliner: '' }, 'openzim/mwoffliner'],
  ])('an image of %s', async (_, env, name) => {
    farm = await testFarm(env)
    const params = { mwUrl: 'https://br.wikipedia.org/', adminEmail: 'me@example.org' }
    await farm.schedule({
      ...CRAWL,
      name: 'wiki',
      taskType: 'mwoffliner',
      config: { ...CRAWL.config, params, image: null },
    })
    const { config } = await snapshot(farm, 'wiki')
    expect([config.image?.name, config.shm]).toEqual([name, undefined])
    expect(config.command).toEqual([
      'mwoffliner',
      '--mwUrl=https://br.wikipedia.org/',
      '--adminEmail=me@example.org',
      '--outputDirectory=/output',
    ])
  })
  it('no folder within the warehouse, where the farm has none', async () => {
    farm = await testFarm({ DISABLE_WAREHOUSE_PATH: 'true', ZIMCHECK_OPTION: '--all' })
    await farm.schedule(CRAWL)
    const task = await snapshot(farm, 'crawl')
    expect([task.config.warehousePath, task.upload.zim?.disableWarehousePath]).toEqual(['', true])
  })
  it('frozen values over all others, and the publisher in the flag that takes it', async () => {
    farm = await testFarm({ DEFAULT_PUBLISHER: 'Us' })
    const admin = await farm.account('root', 'admin')
    const known = (await admin.taskTypes.current()).definition('zimit') ?? expect.fail()
    await postVersion(admin, {
      taskType: 'zimit',
      version: '9',
      definition: {
        ...known,
        inject: [],
        fields: [
          { key: 'seeds', type: 'url', label: 'Seeds', description: '', list: true },
          { key: 'mode', type: 'text', label: 'Mode', description: '', default: 'deep', frozen: true },
          { key: 'made-by', type: 'text', label: 'By', description: '', isPublisher: true },
          { key: 'quiet', type: 'boolean', label: 'Quiet', description: '' },
        ],
      },
    })
    const params = { quiet: false, seeds: ['https://a.org/', "https://b.org/?q='x'&y=$z"] }
    await farm.schedule({ ...CRAWL, definitionVersion: '9', config: { ...CRAWL.config, params } })
    const task = await snapshot(farm, 'crawl')
    expect(task.definitionVersion).toBe('9')
    expect(task.config.command).toEqual([
      'zimit',
      '--seeds=https://a.org/',
      "--seeds=https://b.org/?q='x'&y=$z",
      '--mode=deep',
      '--made-by=Us',
      '--output=/output',
      '--zimit-progress-file=/output/task_progress.json',
    ])
  })
})

describe('relaxed limits (zimfarm.md §11.4)', () => {
  it.each([
    ['of zimit hold', 'zimit', {}, true],
    ['of zimit do not, when that is said', 'zimit', { ZIMIT_USE_RELAXED_SCHEMA: 'false' }, false],
    ['of another do not', 'kolibri', {}, false],
    ['of another do, when that is said', 'kolibri', { KOLIBRI_USE_RELAXED_SCHEMA: '1' }, true],
  ])('%s', async (_, taskType, env, fits) => {
    farm = await testFarm(env)
    const params = { name: 'x', 'zim-file': 'x.zim', ...(taskType === 'kolibri' && { 'channel-id': 'x' }) }
    const make = farm.schedule({ ...CRAWL, taskType, config: { ...CRAWL.config, params } })
    if (fits) await make
    else await expect(make).rejects.toMatchObject({ fields: { 'config.params.zim-file': [expect.any(String)] } })
  })
  it.each([
    ['DISABLE_WAREHOUSE_PATH without a check', { DISABLE_WAREHOUSE_PATH: 'true' }, /ZIMCHECK_OPTION/],
    [
      'a switch that is neither on nor off',
      { ZIMIT_USE_RELAXED_SCHEMA: 'perhaps' },
      /ZIMIT_USE_RELAXED_SCHEMA must be true or false/,
    ],
  ])('the start refuses %s', (_, env, message) => {
    expect(() => readEnv({ CROFT_SECRET: 'x'.repeat(32), ...env })).toThrow(message)
  })
})
