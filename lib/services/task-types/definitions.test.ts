import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TaskTypeDefinition } from '#lib/core/task-type'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import type { Context } from '../context'
import { writeTaskTypes } from '../farm/prepare'
import { recheckAll, recheckSchedules } from './recheck'
import { adoptVersion } from '../schedules/adopt'
import { getSchedule } from '../schedules/get'
import { listHistory } from '../schedules/history'
import { listSchedules } from '../schedules/list'
import { similarSchedules } from '../schedules/similar'
import { updateSchedule } from '../schedules/update'
import { validateSchedule } from '../schedules/validate'
import { createTaskType, updateTaskType } from './create'
import { getVersion, versionUse } from './get'
import { addTaskType, postVersion } from './versions'

let farm: TestFarm
let admin: Context
let editor: Context
beforeAll(async () => {
  farm = await testFarm()
  admin = await farm.account('root', 'admin')
  editor = await farm.account('edith', 'editor')
  await recheckAll(farm.system, () => Promise.resolve(true))
})
afterAll(() => farm.close())
beforeEach(() => farm.at(null))

const definition = (id: string, change: Partial<TaskTypeDefinition> = {}): TaskTypeDefinition => ({
  id,
  title: id,
  description: '',
  executor: 'container',
  executable: `${id}2zim`,
  mountPoint: '/output',
  image: `example/${id}`,
  timeLimit: 3600,
  resources: { cpu: 1, memory: 2 ** 30, disk: 2 ** 30 },
  offliner: true,
  fields: [
    { key: 'site', type: 'url', label: 'Site', description: '', required: true },
    { key: 'title', type: 'text', label: 'Title', description: '', maxLength: 30 },
  ],
  ...change,
})
const shorter = (id: string) =>
  definition(id, {
    fields: [
      { key: 'site', type: 'url', label: 'Site', description: '', required: true },
      { key: 'title', type: 'text', label: 'Title', description: '', maxLength: 5 },
    ],
    similarity: [{ key: 'site', transformers: [{ name: 'hostname' }] }],
  })
const config = (params: Record<string, string>) => ({ params, image: null, warehousePath: '/other', monitor: false })
/** Until nothing is due: by then every process knows the definition that was posted. */
async function recheck(): Promise<void> {
  farm.at(new Date(Date.now() + 3_000))
  await recheckAll(farm.system, () => Promise.resolve(true))
}

describe('a definition from outside', () => {
  it('is added by an administrator, and is there at once', async () => {
    await addTaskType(admin, { definition: definition('forum'), version: '1.0' })
    const made = await farm.schedule({ name: 'forum-a', taskType: 'forum', config: config({ site: 'https://a.org/' }) })
    expect([made.definitionVersion, made.command]).toEqual(['1.0', ['forum2zim', '--site=https://a.org/']])
  })
  it.each([
    ['by an editor', () => addTaskType(editor, { definition: definition('mine'), version: '1' }), 'forbidden'],
    ['under a taken id', () => addTaskType(admin, { definition: definition('zimit'), version: '1' }), 'conflict'],
    [
      'with a broken expression',
      () =>
        addTaskType(admin, {
          version: '1',
          definition: definition('mine', {
            fields: [{ key: 'a', type: 'text', label: 'A', description: '', pattern: { source: '(?<=a)b' } }],
          }),
        }),
      'invalid',
    ],
    [
      'for another id than its own',
      () => postVersion(admin, { taskType: 'forum', version: '2', definition: definition('zimit') }),
      'invalid',
    ],
    [
      'in place of what comes with Croft',
      () => postVersion(admin, { taskType: 'zimit', version: 'dev', definition: definition('zimit') }),
      'conflict',
    ],
    [
      'for an unknown type',
      () => postVersion(admin, { taskType: 'x', version: '1', definition: definition('x') }),
      'not_found',
    ],
    [
      'by a build server of an unknown type',
      () => postVersion(admin, { taskType: 'x', version: '1', definition: definition('x'), ciSecret: 'y' }),
      'not_found',
    ],
  ])('is refused %s', async (_, add, code) => {
    await expect(add()).rejects.toMatchObject({ code })
    await expect(getVersion(admin, 'mine', '1')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is posted by a build server with its secret, by nobody with another one', async () => {
    const nobody = farm.as({ kind: 'anonymous' })
    const made = { id: 'wiki', baseModel: 'DashModel', dockerImage: 'example/wiki', command: 'wiki2zim' } as const
    await createTaskType(admin, { ...made, ciSecret: 'the build server’s' })
    const post = (ciSecret: string | undefined, version = '1') =>
      postVersion(nobody, { taskType: 'wiki', version, definition: definition('wiki'), ciSecret })
    await expect(post('another')).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(post('')).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(post(undefined)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect((await post('the build server’s')).created).toBe(true)
    expect((await post('the build server’s')).created).toBe(false)
    await post('the build server’s', '2')
    expect((await admin.taskTypes.current()).type('wiki')).toMatchObject({ version: '1' })
    await updateTaskType(admin, 'wiki', { version: '2', ciSecret: null })
    expect((await admin.taskTypes.current()).definition('wiki')?.executable).toBe('wiki2zim')
    await expect(post('the build server’s')).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(updateTaskType(admin, 'wiki', { version: '9' })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a definition that is replaced', () => {
  beforeAll(recheck)
  it('is held against its schedules again, in batches; those that do not fit are listed with why', async () => {
    await addTaskType(admin, { definition: definition('docs'), version: '1' })
    for (const n of [1, 2, 3, 4, 5]) {
      const params = { site: `https://s${n % 2}.org/`, title: n > 3 ? 'A long title' : 'Short' }
      await farm.schedule({ name: `docs-${n}`, taskType: 'docs', config: config(params) })
    }
    const posted = new Date()
    farm.at(posted)
    await postVersion(admin, { taskType: 'docs', version: '1', definition: shorter('docs') })
    expect(await recheckSchedules(farm.system)).toBeNull()

    farm.at(new Date(posted.getTime() + 3_000))
    const batches = [
      await recheckSchedules(farm.system, 2),
      await recheckSchedules(farm.system, 2),
      await recheckSchedules(farm.system, 2),
    ]
    expect(batches.map((batch) => [batch?.checked, batch?.done])).toEqual([
      [2, false],
      [2, false],
      [1, true],
    ])
    expect(await recheckSchedules(farm.system, 2)).toBeNull()

    const { items } = await listSchedules(editor, { valid: false, limit: 50 })
    expect(items.map(({ name, invalid }) => [name, Object.keys(invalid ?? {})])).toEqual([
      ['docs-4', ['config.params.title']],
      ['docs-5', ['config.params.title']],
    ])
    expect((await versionUse(admin, 'docs'))[0]).toMatchObject({
      version: '1',
      schedules: 5,
      invalid: 2,
      rechecking: false,
    })
    expect(Object.keys(await validateSchedule(editor, 'docs-4'))).toEqual(['config.params.title'])
    expect(await validateSchedule(editor, 'docs-1')).toEqual({})
  })
  it('makes what is alike anew', async () => {
    const { items, count } = await similarSchedules(editor, 'docs-1', { skip: 0, limit: 10 })
    expect([items.map(({ name }) => name), count]).toEqual([['docs-3', 'docs-5'], 2])
  })
  it('leaves an invalid schedule free to be mended, and valid again after it', async () => {
    await updateSchedule(editor, 'docs-4', { notes: 'to be mended' })
    expect((await getSchedule(editor, 'docs-4')).invalid).not.toBeNull()
    await updateSchedule(editor, 'docs-4', { config: config({ site: 'https://s0.org/', title: 'Four' }) })
    expect((await getSchedule(editor, 'docs-4')).invalid).toBeNull()
    await postVersion(admin, { taskType: 'docs', version: '1', definition: definition('docs') })
    await recheck()
    expect((await listSchedules(editor, { valid: false, limit: 50 })).items).toEqual([])
  })
  it('begins anew when it is replaced while it is being checked', async () => {
    await postVersion(admin, { taskType: 'docs', version: '1', definition: shorter('docs') })
    farm.at(new Date(Date.now() + 3_000))
    expect(await recheckSchedules(farm.system, 2)).toMatchObject({ checked: 2, done: false })
    farm.at(null)
    await postVersion(admin, { taskType: 'docs', version: '1', definition: definition('docs') })
    await recheck()
    expect((await listSchedules(editor, { valid: false, limit: 50 })).items).toEqual([])
  })
  it('is not checked when the one that comes with Croft is written again unchanged', async () => {
    await writeTaskTypes(farm.system)
    farm.at(new Date(Date.now() + 3_000))
    expect(await recheckSchedules(farm.system)).toBeNull()
  })
})

describe('another version', () => {
  it('is taken by schedules that fit it, a page at a time, each with an entry in its history', async () => {
    await postVersion(admin, { taskType: 'docs', version: '2', definition: shorter('docs') })
    const move = (after?: string) =>
      adoptVersion(editor, { taskType: 'docs', from: '1', to: '2', limit: 3, ...(after !== undefined && { after }) })
    const first = await move()
    const second = await move(first.next ?? expect.fail('there is more'))
    expect([first.moved + second.moved, second.next]).toEqual([4, null])
    expect([...first.refused, ...second.refused]).toEqual([
      { schedule: 'docs-5', fields: { 'config.params.title': ['must not be longer than 5 characters; it has 12'] } },
    ])
    expect(await getSchedule(editor, 'docs-1')).toMatchObject({ definitionVersion: '2', version: 2, invalid: null })
    expect(
      (await listHistory(editor, 'docs-1', { limit: 9 })).items.map(({ version, author }) => [version, author]),
    ).toEqual([
      [2, 'edith'],
      [1, 'croft'],
    ])
  })
  it('is taken by a patch, unless it does not fit or is not there', async () => {
    const patch = (definitionVersion: string) => updateSchedule(editor, 'docs-5', { definitionVersion })
    await expect(patch('2')).rejects.toMatchObject({
      code: 'invalid',
      fields: { 'config.params.title': [expect.any(String)] },
    })
    await expect(patch('7')).rejects.toMatchObject({ code: 'not_found' })
    await expect(
      adoptVersion(farm.as({ kind: 'anonymous' }), { taskType: 'docs', from: '1', to: '2', limit: 1 }),
    ).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})
