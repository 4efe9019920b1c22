import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClient } from '#lib/client/client'
import * as blobs from '#lib/contract/blob'
import * as history from '#lib/contract/schedule-history'
import * as schedules from '#lib/contract/schedule'
import * as types from '#lib/contract/task-type'
import { POST as signIn } from '../../app/api/farm/session/route'
import { PATCH as patchBlob, DELETE as deleteBlob } from '../../app/api/farm/blobs/[id]/route'
import { GET as listBlobs, POST as saveBlob } from '../../app/api/farm/schedules/[name]/blobs/route'
import { POST as archive } from '../../app/api/farm/schedules/[name]/archive/route'
import { GET as readHistory } from '../../app/api/farm/schedules/[name]/history/route'
import { GET as readRevision } from '../../app/api/farm/schedules/[name]/history/[id]/route'
import { POST as revert } from '../../app/api/farm/schedules/[name]/history/[id]/revert/route'
import { POST as restore } from '../../app/api/farm/schedules/[name]/restore/route'
import { PATCH as patchSchedule } from '../../app/api/farm/schedules/[name]/route'
import { GET as similar } from '../../app/api/farm/schedules/[name]/similar/route'
import { POST as validation } from '../../app/api/farm/schedules/[name]/validation/route'
import { GET as listSchedules, POST as createSchedule } from '../../app/api/farm/schedules/route'
import { GET as readType, PATCH as patchType } from '../../app/api/farm/task-types/[id]/route'
import { POST as adoption } from '../../app/api/farm/task-types/[id]/versions/[version]/adoption/route'
import { GET as readVersion, PUT as putVersion } from '../../app/api/farm/task-types/[id]/versions/[version]/route'
import { GET as listTypes, POST as addType } from '../../app/api/farm/task-types/route'
import { useRuntime } from '#lib/services/runtime'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'

type Handler = (request: Request, next: { params: Promise<Record<string, string>> }) => Promise<Response>
const ROUTES: [string, string, Handler][] = [
  ['POST', '/session', signIn],
  ['GET', '/schedules', listSchedules],
  ['POST', '/schedules', createSchedule],
  ['PATCH', '/schedules/:name', patchSchedule],
  ['POST', '/schedules/:name/archive', archive],
  ['POST', '/schedules/:name/restore', restore],
  ['POST', '/schedules/:name/validation', validation],
  ['GET', '/schedules/:name/similar', similar],
  ['GET', '/schedules/:name/history', readHistory],
  ['GET', '/schedules/:name/history/:id', readRevision],
  ['POST', '/schedules/:name/history/:id/revert', revert],
  ['GET', '/schedules/:name/blobs', listBlobs],
  ['POST', '/schedules/:name/blobs', saveBlob],
  ['PATCH', '/blobs/:id', patchBlob],
  ['DELETE', '/blobs/:id', deleteBlob],
  ['GET', '/task-types', listTypes],
  ['POST', '/task-types', addType],
  ['GET', '/task-types/:id', readType],
  ['PATCH', '/task-types/:id', patchType],
  ['GET', '/task-types/:id/versions/:version', readVersion],
  ['PUT', '/task-types/:id/versions/:version', putVersion],
  ['POST', '/task-types/:id/versions/:version/adoption', adoption],
]

let farm: TestFarm
let token: string | null = null
/** The farm's own client, with the routes in place of the network. */
const api = createClient({
  url: 'http://farm',
  token: () => token,
  fetch: (input, init) => {
    const request = new Request(input, init)
    const parts = new URL(request.url).pathname.replace('/api/farm/', '').split('/')
    for (const [method, path, handle] of ROUTES) {
      const wanted = path.slice(1).split('/')
      const fits =
        wanted.length === parts.length && wanted.every((part, at) => part.startsWith(':') || part === parts[at])
      if (method !== request.method || !fits) continue
      const params = Object.fromEntries(
        wanted.flatMap((part, at) => (part.startsWith(':') ? [[part.slice(1), parts[at] ?? '']] : [])),
      )
      return handle(request, { params: Promise.resolve(params) })
    }
    return Promise.resolve(new Response(null, { status: 404 }))
  },
})

beforeAll(async () => {
  farm = await testFarm()
  useRuntime(farm.runtime)
  await farm.account('root', 'admin')
  const response = await signIn(
    new Request('http://farm/api/farm/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'root', password: PASSWORD }),
    }),
    { params: Promise.resolve({}) },
  )
  token = ((await response.json()) as { accessToken: string }).accessToken
})
afterAll(async () => {
  useRuntime(undefined)
  await farm.close()
})

const definition = {
  id: 'forum',
  title: 'Forum',
  executable: 'forum2zim',
  fields: [{ key: 'site', type: 'url' as const, label: 'Site' }],
}

it('adds, reads, replaces and adopts definitions; a wrong one is refused by its path', async () => {
  const added = await api.call(types.createTaskType, { body: { definition, version: '1' } })
  expect(added.definition).toMatchObject({ mountPoint: '/output', executor: 'container', offliner: true })
  const create = {
    name: 'one',
    taskType: 'forum',
    context: 'wiki',
    periodFrom: 'success' as const,
    config: { params: { site: 'https://a.org/' } },
  }
  expect(await api.call(schedules.createSchedule, { body: create })).toMatchObject({
    definitionVersion: '1',
    context: 'wiki',
    periodFrom: 'success',
    invalid: null,
    archivedAt: null,
  })
  const broken = { ...definition, fields: [{ key: 'a b', type: 'url', label: 'x' }], extra: 1 } as never
  await expect(
    api.call(types.putTaskTypeVersion, { params: { id: 'forum', version: '2' }, body: broken }),
  ).rejects.toMatchObject({
    code: 'invalid',
    fields: { 'fields.0.key': [expect.any(String)] },
  })
  await api.call(types.putTaskTypeVersion, { params: { id: 'forum', version: '2' }, body: definition })
  expect(
    await api.call(types.adoptTaskTypeVersion, { params: { id: 'forum', version: '2' }, body: { from: '1' } }),
  ).toEqual({ moved: 1, refused: [], next: null })
  const type = await api.call(types.getTaskType, { params: { id: 'forum' } })
  expect(type.uses.map(({ version, schedules: n }) => [version, n])).toEqual([
    ['1', 0],
    ['2', 1],
  ])
  expect((await api.call(types.updateTaskType, { params: { id: 'forum' }, body: { version: '2' } })).version).toBe('2')
  expect(
    (await api.call(types.getTaskTypeVersion, { params: { id: 'zimit', version: 'dev' } })).definition.fields,
  ).toHaveLength(69)
  expect((await api.call(types.listTaskTypes)).items.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['zimit', 'forum', 'delayed_add']),
  )
})

it('tells histories, reverts, archives, restores, checks and compares', async () => {
  const params = { name: 'one' }
  await api.call(schedules.updateSchedule, { params, body: { tags: ['x'], comment: 'tagged' } })
  const { items } = await api.call(history.listScheduleHistory, { params })
  expect(items.map(({ comment }) => comment)).toEqual(['tagged', 'to version 2 of forum', null])
  const id = items[0]?.id ?? ''
  expect((await api.call(history.getScheduleRevision, { params: { ...params, id } })).changes).toEqual([
    { path: 'tags', before: [], after: ['x'] },
  ])
  const before = items[1]?.id ?? ''
  expect((await api.call(history.revertSchedule, { params: { ...params, id: before }, body: {} })).tags).toEqual([])
  expect(await api.call(history.validateSchedule, { params })).toEqual({ valid: true, fields: {} })
  expect(await api.call(history.similarSchedules, { params })).toEqual({ items: [], count: 0 })
  expect((await api.call(history.archiveSchedule, { params, body: { comment: 'gone' } })).archivedAt).not.toBeNull()
  const archived = await api.call(schedules.listSchedules, { query: { archived: 'true' } })
  expect(archived.items.map(({ name }) => name)).toEqual(['one'])
  expect((await api.call(schedules.listSchedules)).items).toEqual([])
  expect((await api.call(history.restoreSchedule, { params, body: {} })).archivedAt).toBeNull()
})

it('keeps small files', async () => {
  const params = { name: 'one' }
  const body = {
    field: 'css',
    kind: 'css' as const,
    data: `data:text/css;base64,${Buffer.from('a{}').toString('base64')}`,
  }
  const { id, url } = await api.call(blobs.saveBlob, { params, body })
  expect(url).toMatch(new RegExp(`/v2/blobs/download/${id}\\.css$`))
  expect((await api.call(blobs.updateBlob, { params: { id }, body: { comments: 'mine' } })).comments).toBe('mine')
  expect((await api.call(blobs.listBlobs, { params })).count).toBe(1)
  await api.call(blobs.deleteBlob, { params: { id } })
  expect((await api.call(blobs.listBlobs, { params })).count).toBe(0)
})
