import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { validate } from '@scalar/openapi-parser'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENDPOINTS } from '#lib/contract/endpoints'
import { errorBody } from '#lib/contract/shared'
import { useRuntime } from '#lib/services/runtime'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'
import { parseRange } from './download'
import { openApi } from './openapi'

const ROOT = 'app/api/farm'
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('route.ts'))
type Handler = (request: Request, next: { params: Promise<Record<string, string>> }) => Promise<Response>
type Module = Record<string, Handler | undefined>

let farm: TestFarm
const routes: { pattern: string[]; module: Module }[] = []
let admin = ''
beforeAll(async () => {
  farm = await testFarm()
  useRuntime(farm.runtime)
  for (const file of files) {
    const module = (await import(/* @vite-ignore */ join(process.cwd(), ROOT, file))) as Module
    routes.push({ pattern: file.split('/').slice(0, -1), module })
  }
  await farm.account('admin', 'admin')
  admin = (await (await call('POST', '/session', { body: { username: 'admin', password: PASSWORD } })).json())
    .accessToken as string
})
afterAll(async () => {
  useRuntime(undefined)
  await farm.close()
})

type Options = { body?: unknown; raw?: string; headers?: Record<string, string>; token?: string }
/** Calls a route as Next does: the most literal pattern that fits. */
async function call(method: string, path: string, { body, raw, headers, token }: Options = {}): Promise<Response> {
  const url = new URL(`http://farm/api/farm${path}`)
  const parts = url.pathname.slice('/api/farm/'.length).split('/')
  const fits = routes.filter(
    ({ pattern }) =>
      pattern.length === parts.length && pattern.every((part, index) => part.startsWith('[') || part === parts[index]),
  )
  const [route] = fits.sort(
    (a, b) =>
      a.pattern.filter((part) => part.startsWith('[')).length - b.pattern.filter((part) => part.startsWith('[')).length,
  )
  const handler = route?.module[method]
  if (route === undefined || handler === undefined) return new Response(null, { status: 404 })
  const params = Object.fromEntries(
    route.pattern.flatMap((part, index) => (part.startsWith('[') ? [[part.slice(1, -1), parts[index] ?? '']] : [])),
  )
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const all = {
    ...(text !== undefined && { 'content-type': 'application/json' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...headers,
  }
  return handler(new Request(url, { method, headers: all, body: text }), { params: Promise.resolve(params) })
}

async function expectRefusal(response: Response, status?: number): Promise<void> {
  const text = await response.text()
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.status).toBeLessThan(500)
  if (status !== undefined) expect(response.status).toBe(status)
  expect(errorBody.safeParse(JSON.parse(text)).error).toBeUndefined()
  expect(text).not.toMatch(/node_modules|\.ts:\d|prisma/i)
}

describe('the description', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await validate(JSON.stringify(openApi('http://farm')))
    expect([valid, errors ?? []]).toEqual([true, []])
  })
  it('names every route that there is, and no other', () => {
    const described = Object.values(ENDPOINTS).map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '*')}`)
    const served = routes.flatMap(({ pattern, module }) =>
      Object.keys(module)
        .filter((method) => ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method))
        .map((method) => `${method} /${pattern.map((part) => (part.startsWith('[') ? '*' : part)).join('/')}`),
    )
    expect(served.filter((one) => one !== 'GET /openapi.json').sort()).toEqual([...described].sort())
  })
})

const uuid = '00000000-0000-4000-8000-000000000000'
const fill = (path: string, value: string) => path.replace(/\{\w+\}/g, value)
const writers = Object.values(ENDPOINTS).filter((endpoint) => endpoint.body !== undefined)
const guarded = Object.values(ENDPOINTS).filter((endpoint) => endpoint.access !== 'public')

describe('nonsense is refused', () => {
  it.each(guarded)('without a sign-in: $method $path', async ({ method, path }) => {
    await expectRefusal(await call(method, fill(path, uuid), { raw: method === 'GET' ? undefined : '{}' }), 401)
    await expectRefusal(
      await call(method, fill(path, uuid), { token: 'nonsense', raw: method === 'GET' ? undefined : '{}' }),
      401,
    )
  })
  it.each(writers)('as a body: $method $path', async ({ method, path }) => {
    const send = (options: Options) =>
      call(method, fill(path, 'handbook'), { token: path === '/session' ? undefined : admin, ...options })
    for (const raw of ['{', '', 'null', '[]', '"x"', '{"a":', '{"__proto__":1}', '{"constructor":1}', '\u0000'])
      await expectRefusal(await send({ raw }))
    await expectRefusal(await send({ raw: '{}', headers: { 'content-type': 'text/plain' } }))
    await expectRefusal(await send({ raw: JSON.stringify('x'.repeat(2_200_000)) }))
    await expectRefusal(await send({ raw: '['.repeat(500_000) + ']'.repeat(500_000) }))
    await fc.assert(
      fc.asyncProperty(
        fc.object({
          withNullPrototype: false,
          values: [fc.constantFrom('\u0000', '', 'x', 0, -1, 1e300, true, null), fc.string(), fc.double()],
        }),
        async (body) => {
          const response = await send({ body })
          expect(response.status).toBeLessThan(500)
        },
      ),
      { numRuns: 25 },
    )
  })
  it.each(['%2e%2e%2fetc', 'a%00b', '%zz', 'x'.repeat(3000), "' OR 1=1 --", uuid, '..', '%F0%9F%98%80'])(
    'as a name or an id: %.40s',
    async (value) => {
      for (const path of ['/schedules/', '/tasks/', '/workers/', '/files/']) {
        const response = await call('GET', path + encodeURI(value).replaceAll('%25', '%'), { token: admin })
        expect([400, 404]).toContain(response.status)
      }
    },
  )
  it.each([
    ['/tasks?limit=0', 400],
    ['/tasks?limit=many', 400],
    ['/tasks?status=nonsense', 400],
    ['/tasks?after=nonsense', 400],
    ['/tasks?sort=queue&after=WzFd', 400],
    ['/schedules?after=%00', 400],
    [`/tasks/${uuid}/log?after=-1`, 400],
    [`/tasks/${uuid}/why`, 404],
    [`/tasks/${uuid}/events?after=x`, 400],
  ])('as a query: %s', async (path, status) => {
    await expectRefusal(await call('GET', path, { token: admin }), status)
  })
  it('from another site with the browser’s cookie, and a wrong password ten times', async () => {
    for (let tries = 0; tries < 10; tries++) {
      await expectRefusal(
        await call('POST', '/session', {
          body: { username: 'admin', password: 'wrong' },
          headers: { 'x-forwarded-for': '9.9.9.9' },
        }),
        401,
      )
    }
    await expectRefusal(
      await call('POST', '/session', {
        body: { username: 'admin', password: PASSWORD },
        headers: { 'x-forwarded-for': '9.9.9.9' },
      }),
      429,
    )
  })
})

describe('a file', () => {
  let id = ''
  const bytes = Buffer.from('0123456789'.repeat(1000))
  beforeAll(async () => {
    const response = await call('POST', '/sources?name=%C3%BCber%22.txt', {
      token: admin,
      raw: bytes.toString(),
      headers: { 'content-type': 'application/octet-stream' },
    })
    expect(response.status).toBe(201)
    id = (await response.json()).id as string
  })
  it('is downloaded whole, in part, or not at all when it is known', async () => {
    const whole = await call('GET', `/files/${id}`, { token: admin })
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true)
    expect(whole.headers.get('content-disposition')).toContain("filename*=UTF-8''%C3%BCber%22.txt")
    const part = await call('GET', `/files/${id}`, { token: admin, headers: { range: 'bytes=10-19' } })
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 10-19/10000',
      '0123456789',
    ])
    expect((await call('GET', `/files/${id}`, { token: admin, headers: { range: 'bytes=10000-' } })).status).toBe(416)
    const etag = whole.headers.get('etag') ?? ''
    expect((await call('GET', `/files/${id}`, { token: admin, headers: { 'if-none-match': etag } })).status).toBe(304)
    const head = await call('HEAD', `/files/${id}`, { token: admin })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10000', ''])
  })
  it('that is a source is not for everybody', async () => {
    await expectRefusal(await call('GET', `/files/${id}`), 401)
  })
  it.each([
    [null, undefined],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=5-', { start: 5, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-30', { start: 0, end: 9 }],
    ['bytes=2-99', { start: 2, end: 9 }],
    ['bytes=10-', null],
    ['bytes=5-2', null],
    ['bytes=-', undefined],
    ['lines=1-2', undefined],
    ['bytes=0-1,3-4', undefined],
  ])('reads the range %s', (header, range) => {
    expect(parseRange(header, 10)).toEqual(range)
  })
})
