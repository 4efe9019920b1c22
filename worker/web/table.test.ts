import { expect, it } from 'vitest'
import { handlerOf, RouteTable } from './table'

const module = (name: string) => ({ GET: () => new Response(name), dynamic: 'force-dynamic' })
const table = new RouteTable(
  [
    'healthz/route.ts',
    '(protocols)/v1/[[...path]]/route.ts',
    'api/[...path]/route.ts',
    'api/farm/tasks/route.ts',
    'api/farm/tasks/[id]/route.ts',
    'api/farm/tasks/[id]/files/[filename]/route.ts',
    'api/farm/tasks/latest/route.ts',
  ].map((file) => [file, module(file)] as const),
)
async function at(path: string) {
  const found = table.find(path)
  if (found === null) return null
  const handler = handlerOf(found.module, 'GET')
  const response = await handler?.(new Request('http://farm.example/'), { params: Promise.resolve(found.params) })
  return [await response?.text(), found.params]
}

it.each([
  ['/healthz', 'healthz/route.ts', {}],
  ['/v1', '(protocols)/v1/[[...path]]/route.ts', {}],
  ['/v1/', '(protocols)/v1/[[...path]]/route.ts', {}],
  ['/v1/tasks/x', '(protocols)/v1/[[...path]]/route.ts', { path: ['tasks', 'x'] }],
  ['/api/farm/tasks', 'api/farm/tasks/route.ts', {}],
  ['/api/farm/tasks/', 'api/farm/tasks/route.ts', {}],
  ['/api/farm/tasks/a%2Fb', 'api/farm/tasks/[id]/route.ts', { id: 'a%2Fb' }],
  ['/api/farm/tasks/latest', 'api/farm/tasks/latest/route.ts', {}],
  [
    '/api/farm/tasks/latest/files/x.zim',
    'api/farm/tasks/[id]/files/[filename]/route.ts',
    { id: 'latest', filename: 'x.zim' },
  ],
  ['/api/farm/nothing', 'api/[...path]/route.ts', { path: ['farm', 'nothing'] }],
])('finds %s', async (path, file, params) => {
  expect(await at(path)).toEqual([file, params])
})

it.each(['/', '/schedules', '/api', '/v2', '/healthz/more'])('leaves %s to Next', async (path) => {
  expect(await at(path)).toBeNull()
})

it('answers HEAD by GET, and leaves methods without a handler to Next', () => {
  const found = table.find('/healthz')
  expect(handlerOf(found?.module ?? {}, 'HEAD')).toBe(handlerOf(found?.module ?? {}, 'GET'))
  expect(handlerOf(found?.module ?? {}, 'POST')).toBeNull()
  expect(handlerOf(found?.module ?? {}, 'dynamic')).toBeNull()
})
