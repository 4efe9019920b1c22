import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scopeOf } from '#lib/core/access'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import type { Context } from '../context'
import { requestTasks } from '../tasks/request'
import { archiveSchedule, restoreSchedule } from './archive'
import { cloneSchedule } from './clone'
import { getSchedule } from './get'
import { getRevision, listHistory, searchHistory } from './history'
import { listSchedules } from './list'
import { revertSchedule } from './revert'
import { searchSchedules } from './search'
import { updateSchedule } from './update'

let farm: TestFarm
let editor: Context
/** May read and change schedules, but not see their secrets. */
let blind: Context
beforeAll(async () => {
  farm = await testFarm()
  editor = await farm.account('edith', 'editor')
  const account = await farm.account('blake', 'viewer')
  const scope = { schedules: { ...scopeOf('editor').schedules, secrets: false } }
  blind = farm.as({ ...account.actor, role: 'custom', scope })
})
afterAll(() => farm.close())

const params = { 'api-key': 'the secret', id: 'UCx', name: 'channel' }
const config = (change: object = {}) => ({
  params: { ...params, ...change },
  image: { name: 'openzim/youtube', tag: '1' },
  warehousePath: '/videos',
  monitor: false,
})
const channel = (name: string) =>
  farm.schedule({
    name,
    taskType: 'youtube',
    config: config(),
    notification: { ended: { webhook: ['https://me.org/'] } },
  })
const history = async (name: string) => (await listHistory(editor, name, { limit: 50 })).items

describe('history', () => {
  it('keeps each save with its author and comment, newest first; pages by key', async () => {
    await channel('kept')
    await updateSchedule(editor, 'kept', { tags: ['a'], comment: 'tagged' })
    await updateSchedule(editor, 'kept', { config: config({ title: 'T' }) })
    expect((await history('kept')).map(({ version, author, comment }) => [version, author, comment])).toEqual([
      [3, 'edith', null],
      [2, 'edith', 'tagged'],
      [1, 'croft', null],
    ])
    const page = await listHistory(editor, 'kept', { limit: 2 })
    const rest = await listHistory(editor, 'kept', { limit: 2, after: page.next ?? expect.fail('there is more') })
    expect(rest.items.map(({ version }) => version)).toEqual([1])
  })
  it('tells what changed, by place', async () => {
    const [last, middle, first] = await history('kept')
    const changes = async (id = '', against?: string) =>
      (await getRevision(editor, { schedule: 'kept', id, against })).changes
    expect(await changes(last?.id)).toEqual([{ path: 'config.params.title', before: undefined, after: 'T' }])
    expect(await changes(middle?.id)).toEqual([{ path: 'tags', before: [], after: ['a'] }])
    expect(await changes(first?.id)).toBeNull()
    expect((await changes(last?.id, first?.id))?.map(({ path }) => path)).toEqual(['tags', 'config.params.title'])
  })
  it('holds secrets from its first entry on, and shows them only to those who may see them', async () => {
    await channel('secret')
    await updateSchedule(editor, 'secret', { config: config({ 'api-key': 'another secret' }) })
    const [last, first] = await history('secret')
    const seen = async (ctx: Context, id = '') => await getRevision(ctx, { schedule: 'secret', id })
    expect((await seen(editor, first?.id)).snapshot.config.params['api-key']).toBe('the secret')
    const masked = await seen(blind, last?.id)
    expect(masked.snapshot.config.params['api-key']).toBe('--------')
    expect(masked.snapshot.notification).toBeNull()
    expect(masked.changes).toEqual([{ path: 'config.params.api-key', before: '--------', after: '--------' }])
    const { items, count } = await searchHistory(blind, 'secret', { skip: 1, limit: 9 })
    expect([count, items[0]?.snapshot.config.params['api-key']]).toEqual([2, '--------'])
  })
  it('begins with what was there for a schedule that is older than histories', async () => {
    await channel('old')
    await farm.system.db.scheduleRevision.deleteMany({ where: { schedule: { name: 'old' } } })
    await updateSchedule(editor, 'old', { tags: ['new'] })
    const [last, first] = await history('old')
    expect(
      (await getRevision(editor, { schedule: 'old', id: last?.id ?? '' })).changes?.map(({ path }) => path),
    ).toEqual(['tags'])
    expect(first?.comment).toMatch(/before its history/)
  })
  it('is not shared: a revision of another schedule is none', async () => {
    const [other] = await history('old')
    await expect(getRevision(editor, { schedule: 'kept', id: other?.id ?? '' })).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})

describe('revert', () => {
  it('brings all back as it was, secrets too, as a new entry', async () => {
    await channel('back')
    await updateSchedule(editor, 'back', {
      name: 'forth',
      enabled: false,
      config: config({ 'api-key': 'changed', title: 'T' }),
    })
    const first = (await history('forth')).at(-1)?.id ?? ''
    const view = await revertSchedule(blind, { schedule: 'forth', revision: first, comment: 'oops' })
    expect([view.name, view.enabled, view.version]).toEqual(['back', true, 3])
    expect((await getSchedule(editor, 'back')).config.params).toEqual(params)
    expect((await history('back')).map(({ comment }) => comment)).toEqual(['oops', null, null])
  })
  it('is refused for what fits no more, for an old version, and while it is archived', async () => {
    await farm.system.db.$executeRaw`
      UPDATE schedule_revision r SET snapshot = jsonb_set(snapshot::jsonb, '{config,params,nonsense}', '1')::json
      FROM schedule s WHERE s.id = r.schedule_id AND s.name = 'back' AND r.version = 1`
    const all = await history('back')
    const revert = (index: number, version?: number) =>
      revertSchedule(editor, { schedule: 'back', revision: all.at(index)?.id ?? '', version })
    await expect(revert(-1)).rejects.toMatchObject({
      code: 'invalid',
      fields: { 'config.params.nonsense': [expect.any(String)] },
    })
    await expect(revert(-2, 1)).rejects.toMatchObject({ code: 'conflict' })
    await archiveSchedule(editor, { schedule: 'back' })
    await expect(revert(-2)).rejects.toMatchObject({ code: 'invalid' })
  })
})

describe('an archived schedule', () => {
  it('is out of the lists, of requests and of edits until it is restored', async () => {
    await channel('shelf')
    await archiveSchedule(editor, { schedule: 'shelf', comment: 'the channel is gone' })
    const names = async (archived: boolean) =>
      (await listSchedules(editor, { archived, q: 'shelf', limit: 9 })).items.map(({ name }) => name)
    expect([await names(false), await names(true)]).toEqual([[], ['shelf']])
    expect((await searchSchedules(editor, { q: 'shelf' }, { skip: 0, limit: 9 })).count).toBe(0)
    expect((await searchSchedules(editor, { q: 'shelf', archived: true }, { skip: 0, limit: 9 })).count).toBe(1)
    expect((await requestTasks(farm.system, { schedules: ['shelf'] })).refused[0]?.why).toMatch(/archived/)
    await expect(updateSchedule(editor, 'shelf', { tags: [] })).rejects.toMatchObject({ code: 'invalid' })
    await expect(cloneSchedule(editor, { from: 'shelf', name: 'shelf-2' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(archiveSchedule(editor, { schedule: 'shelf' })).rejects.toMatchObject({ code: 'conflict' })
    await restoreSchedule(editor, { schedule: 'shelf' })
    expect((await requestTasks(farm.system, { schedules: ['shelf'] })).requested).toHaveLength(1)
    expect((await history('shelf')).map(({ comment }) => comment)).toEqual([null, 'the channel is gone', null])
    await expect(restoreSchedule(editor, { schedule: 'shelf' })).rejects.toMatchObject({ code: 'conflict' })
  })
  it('is listed and kept only by those who may', async () => {
    const viewer = await farm.account('vera', 'viewer')
    await expect(listSchedules(viewer, { archived: true, limit: 9 })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(archiveSchedule(viewer, { schedule: 'shelf' })).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('secrets', () => {
  it('stay when a mask is sent back, by an edit as by a copy', async () => {
    await channel('safe')
    const masked = await getSchedule(blind, 'safe')
    expect(masked.config.params['api-key']).toBe('--------')
    await updateSchedule(blind, 'safe', {
      config: { ...masked.config, params: { ...masked.config.params, title: 'T' } },
    })
    await updateSchedule(blind, 'safe', { config: config({ 'api-key': '*'.repeat(24), title: 'U' }) })
    expect((await getSchedule(editor, 'safe')).config.params).toEqual({ ...params, title: 'U' })
    await cloneSchedule(blind, { from: 'safe', name: 'safe-2' })
    const copy = await getSchedule(editor, 'safe-2')
    expect([copy.config.params['api-key'], copy.notification]).toEqual([
      'the secret',
      { ended: { webhook: ['https://me.org/'] } },
    ])
  })
})
