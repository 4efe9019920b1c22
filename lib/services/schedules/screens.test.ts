import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SCHEDULE_SORTS } from '#lib/contract/schedule'
import { MASK } from '#lib/core/secrets'
import type { Context } from '../context'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { saveBlob } from '../blobs/save'
import { addTaskType } from '../task-types/versions'
import { getTask } from '../tasks/get'
import { addManaged } from '../managed/values'
import { requestTasks } from '../tasks/request'
import { createCopy } from './clone'
import { createSchedule } from './create'
import { exportSchedules } from './export'
import { getSchedule } from './get'
import { countSchedules, listSchedules, scheduleIds, type ScheduleFilter, type ScheduleSort } from './list'
import { scheduleRuns } from './runs'
import { suggestions } from './suggest'
import { requestTestRun } from './test-run'
import { trySchedule } from './try'
import { updateSchedule } from './update'

let farm: TestFarm
let editor: Context
let requester: Context
beforeAll(async () => {
  farm = await testFarm({ CROFT_URL: 'https://farm.example.org' })
  editor = await farm.account('ed', 'editor')
  requester = await farm.account('req', 'editor-requester')
})
afterAll(() => farm.close())

const names = async (filter: ScheduleFilter) =>
  (await listSchedules(farm.system, { ...filter, limit: 50 })).items.map(({ name }) => name)

describe('the list', () => {
  beforeAll(async () => {
    const day = (n: number) => farm.at(new Date(Date.UTC(2026, 0, n)))
    day(1)
    await farm.schedule({ name: 'Alpha_one', category: 'ted', tags: ['x', 'y'], periodicity: 'monthly' })
    day(2)
    await farm.schedule({ name: 'beta', category: 'other', tags: ['x'], enabled: false })
    day(3)
    await farm.schedule({
      name: 'gamma',
      category: 'ted',
      language: { code: 'fra', nameEn: 'French', nameNative: 'français' },
    })
    await farm.schedule({ name: 'alphabet', category: 'other', periodicity: 'annually' })
    farm.at(new Date('2026-06-01T00:00:00Z'))
    await updateSchedule(farm.system, 'beta', { notes: 'changed' })
    await requestTasks(farm.system, { schedules: ['gamma'] })
  })
  afterAll(() => farm.at(null))

  test('finds a part of the name, whatever the case, and takes _ and % as they are', async () => {
    expect(await names({ q: 'ALPHA' })).toEqual(['Alpha_one', 'alphabet'].sort())
    expect(await names({ q: 'a_o' })).toEqual(['Alpha_one'])
    expect(await names({ q: '%' })).toEqual([])
    await updateSchedule(farm.system, 'alphabet', { name: 'letters' })
    expect(await names({ q: 'alphab' })).toEqual([])
    expect(await names({ q: 'etter' })).toEqual(['letters'])
    await updateSchedule(farm.system, 'letters', { name: 'alphabet' })
  })

  test('filters by what a schedule is and how it stands, and counts the same', async () => {
    const cases: [ScheduleFilter, string[]][] = [
      [{ tag: ['x'] }, ['Alpha_one', 'beta']],
      [{ tag: ['x', 'y'] }, ['Alpha_one']],
      [{ category: ['ted'], language: ['fra'] }, ['gamma']],
      [{ enabled: false }, ['beta']],
      [{ periodicity: ['monthly', 'annually'] }, ['Alpha_one', 'alphabet']],
      [{ overdue: true }, ['Alpha_one']],
      [{ lastStatus: ['never'] }, ['Alpha_one', 'alphabet', 'beta', 'gamma']],
      [{ lastStatus: ['failed'] }, []],
    ]
    for (const [filter, wanted] of cases) {
      expect((await names(filter)).sort()).toEqual([...wanted].sort())
      expect(await countSchedules(farm.system, filter)).toBe(wanted.length)
      expect(await scheduleIds(farm.system, filter, { after: null, limit: 9 })).toHaveLength(wanted.length)
    }
  })

  test('pages through every order, both ways, and shows each schedule once', async () => {
    const all = (await names({})).sort()
    for (const sort of SCHEDULE_SORTS) {
      const walk = async (order: 'asc' | 'desc') => {
        const seen: string[] = []
        let after: string | undefined
        do {
          const page = await listSchedules(farm.system, { sort, order, after, limit: 1 })
          seen.push(...page.items.map(({ name }) => name))
          after = page.next ?? undefined
        } while (after !== undefined)
        return seen
      }
      const up = await walk('asc')
      expect(up.toSorted(), sort).toEqual(all)
      if (sort !== 'lastRun') expect(await walk('desc'), sort).toEqual(up.toReversed())
    }
    const newest = await listSchedules(farm.system, { sort: 'created' satisfies ScheduleSort, order: 'desc', limit: 9 })
    expect(newest.items.at(-1)?.name).toBe('Alpha_one')
    await expect(listSchedules(farm.system, { sort: 'updated', after: 'x', limit: 1 })).rejects.toMatchObject({
      code: 'invalid',
    })
  })

  test('is exported whole, without secrets, and no cell is a formula', async () => {
    await farm.schedule({ name: '=HYPERLINK("x")', tags: ['export'] })
    const text = async (format: 'csv' | 'json') => {
      let all = ''
      for await (const piece of exportSchedules(farm.system, { tag: ['export'] }, format)) all += piece
      return all
    }
    expect((await text('csv')).split('\r\n')[1]).toMatch(/^"'=HYPERLINK\(""x""\)",/)
    expect(JSON.parse(await text('json'))).toMatchObject([{ name: '=HYPERLINK("x")', tags: ['export'] }])
  })

  test('archived ones are found by those only who may archive', async () => {
    const viewer = await farm.account('looker', 'viewer')
    await expect(countSchedules(viewer, { archived: true })).rejects.toMatchObject({ code: 'forbidden' })
  })
})

const YOUTUBE = {
  id: 'UC1',
  'api-key': 'a very secret key',
  name: 'tube_en',
  'optimization-cache': 'https://s3.example.org/?keyId=abc&secretAccessKey=def&bucketName=x',
}
const youtube = (name: string, params = {}) =>
  farm.schedule({
    name,
    taskType: 'youtube',
    config: { params: { ...YOUTUBE, ...params }, image: null, warehousePath: '/videos', monitor: false },
  })

describe('a copy', () => {
  test('keeps the secrets that the editor never saw, and its own name is asked for', async () => {
    await youtube('tube')
    const seen = await getSchedule(editor, 'tube', { secrets: false })
    expect(seen.config.params['api-key']).toBe(MASK)
    const params = { ...seen.config.params, name: 'tube_fr' }
    await createCopy(editor, { ...seen, name: 'tube-copy', config: { ...seen.config, params } }, { from: 'tube' })
    const copy = await getSchedule(farm.system, 'tube-copy')
    expect(copy.config.params).toMatchObject({ 'api-key': 'a very secret key', name: 'tube_fr' })
    expect(copy.config.params['optimization-cache']).toBe(YOUTUBE['optimization-cache'])
    await expect(createCopy(editor, { ...seen, name: 'tube' }, { from: 'tube' })).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  test('has blobs of its own, and a refused one leaves no bytes behind', async () => {
    const png = await sharp({ create: { width: 48, height: 48, channels: 3, background: '#0a7d4b' } })
      .png()
      .toBuffer()
    const definition = {
      id: 'shop',
      title: 'Shop',
      description: '',
      executor: 'container' as const,
      executable: 'shop2zim',
      mountPoint: '/output',
      fields: [
        { key: 'icon', type: 'blob' as const, kind: 'illustration' as const, label: 'Icon', description: '' },
        { key: 'title', type: 'text' as const, label: 'Title', description: '', maxLength: 5 },
      ],
      timeLimit: 60,
      resources: { cpu: 1, memory: 1, disk: 1 },
      offliner: false,
    }
    await addTaskType(farm.system, { definition, version: '1' })
    const config = { params: { title: 'Books' }, image: null, warehousePath: '/other', monitor: false }
    const base = { name: 'shop-1', taskType: 'shop', category: 'other', tags: [], periodicity: 'manually' as const }
    const input = {
      ...base,
      language: { code: 'eng', nameEn: 'English', nameNative: 'English' },
      enabled: true,
      platform: null,
      notification: null,
      config,
    }
    const first = await createSchedule(editor, input, { blobs: [{ field: 'icon', bytes: png }] })
    expect(first.config.params.icon).toMatch(/^https:\/\/farm\.example\.org\/v2\/blobs\/download\/[0-9a-f-]{36}\.png$/)
    const copy = await createCopy(editor, { ...first, name: 'shop-2' }, { from: 'shop-1' })
    expect(copy.config.params.icon).toMatch(/\/v2\/blobs\/download\//)
    expect(copy.config.params.icon).not.toBe(first.config.params.icon)

    const before = await farm.system.db.blob.count()
    const broken = { ...input, name: 'shop-3', config: { ...config, params: { title: 'far too long' } } }
    await expect(createSchedule(editor, broken, { blobs: [{ field: 'icon', bytes: png }] })).rejects.toMatchObject({
      fields: { 'config.params.title': [expect.stringContaining('5 characters')] },
    })
    await expect(
      createSchedule(editor, { ...input, name: 'shop-4' }, { blobs: [{ field: 'title', bytes: png }] }),
    ).rejects.toMatchObject({ code: 'invalid' })
    expect(await farm.system.db.blob.count()).toBe(before)
    await expect(
      saveBlob(editor, { schedule: 'shop-1', field: 'icon', kind: 'illustration', bytes: png }),
    ).resolves.toMatchObject({ url: first.config.params.icon })
  })
})

test('a masked address that comes back unchanged is not saved with its mask', async () => {
  await youtube('masked', { profile: 'https://user:secret@example.org/x.png' })
  const seen = await getSchedule(editor, 'masked', { secrets: false })
  expect(seen.config.params.profile).toContain(MASK)
  await updateSchedule(editor, 'masked', { config: seen.config })
  expect((await getSchedule(farm.system, 'masked')).config.params.profile).toBe('https://user:secret@example.org/x.png')
})

test('trying a schedule tells all complaints, the masked command and who is alike, and saves nothing', async () => {
  await youtube('alike')
  const { version } = await getSchedule(farm.system, 'tube')
  const config = {
    params: { ...YOUTUBE, 'api-key': MASK, title: 'x'.repeat(31) },
    image: null,
    warehousePath: '/videos',
    monitor: false,
  }
  const tried = await trySchedule(editor, {
    schedule: 'tube',
    name: 'alike',
    taskType: 'youtube',
    config,
    notification: { ended: { webhook: ['no address'] } },
  })
  expect(Object.keys(tried.fields).sort()).toEqual(['config.params.title', 'name', 'notification.ended.webhook.0'])
  expect(tried.command.join(' ')).toContain('--id=UC1')
  expect(tried.command.join(' ')).not.toMatch(/very secret|secretAccessKey=def/)
  expect(tried.similar.map(({ name }) => name)).toContain('alike')
  expect((await getSchedule(farm.system, 'tube')).version).toBe(version)
  await expect(trySchedule(editor, { taskType: 'nothing', config })).rejects.toMatchObject({ code: 'invalid' })
  const viewer = await farm.account('viewer2', 'viewer')
  await expect(trySchedule(viewer, { taskType: 'youtube', config })).rejects.toMatchObject({ code: 'forbidden' })
})

test('a test run goes apart: nobody is told, and the schedule stands as before', async () => {
  await farm.schedule({
    name: 'tried',
    enabled: false,
    periodicity: 'monthly',
    notification: { requested: { webhook: ['https://hooks.example.org/x'] } },
  })
  const before = await getSchedule(farm.system, 'tried')
  const { id } = await requestTestRun(requester, { schedule: 'tried' })
  const task = await getTask(farm.system, id)
  expect(task).toMatchObject({ originalScheduleName: 'tried', scheduleName: null, notification: null })
  expect(task.config).toMatchObject({ test: true, warehousePath: '/.hidden/dev' })
  expect(await farm.system.db.notice.count({ where: { taskId: id } })).toBe(0)
  expect(await getSchedule(farm.system, 'tried')).toEqual({ ...before, ticks: expect.any(Array) })
  expect(await scheduleRuns(farm.system, 'tried', 5)).toEqual([])
  await expect(requestTestRun(editor, { schedule: 'tried' })).rejects.toMatchObject({ code: 'forbidden' })
  await expect(requestTestRun(requester, { schedule: 'tried', worker: 'nobody' })).rejects.toMatchObject({
    code: 'invalid',
  })
})

test('tickets are part of the history', async () => {
  await farm.schedule({ name: 'ticketed' })
  await updateSchedule(editor, 'ticketed', { tickets: ['https://tickets.example.org/1'] })
  expect((await getSchedule(editor, 'ticketed')).tickets).toEqual(['https://tickets.example.org/1'])
  const rows = await farm.system.db.scheduleRevision.findMany({ where: { schedule: { name: 'ticketed' } } })
  expect(rows.map(({ snapshot }) => (snapshot as { tickets?: string[] }).tickets)).toContainEqual([
    'https://tickets.example.org/1',
  ])
})

test('forms are offered what is known and what is in use', async () => {
  await farm.schedule({ name: 'odd', category: 'my-own', tags: ['zebra'], platform: 'my-site' })
  const offered = await suggestions(editor)
  expect(offered.categories).toEqual(expect.arrayContaining(['my-own', 'wikipedia']))
  expect(offered.platforms).toEqual(expect.arrayContaining(['my-site', 'wikimedia']))
  expect(offered.tags).toContain('zebra')
  expect(offered.warehousePaths).toContain('/videos')
  const admin = await farm.account('boss', 'admin')
  await addManaged(admin, 'warehouse_path', { value: '/maps-of-ours' })
  await addManaged(admin, 'language', { value: 'zh-Hant', label: 'Chinese, traditional' })
  const more = await suggestions(editor)
  expect(more.warehousePaths).toContain('/maps-of-ours')
  expect(more.languages).toContainEqual({
    code: 'zh-Hant',
    nameEn: 'Chinese, traditional',
    nameNative: 'Chinese, traditional',
  })
})
