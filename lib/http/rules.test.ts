import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as breakersRoute from '../../app/api/farm/breakers/route'
import * as limitsRoute from '../../app/api/farm/limits/route'
import * as pauseRoute from '../../app/api/farm/pauses/[id]/route'
import * as pausesRoute from '../../app/api/farm/pauses/route'
import * as whyRoute from '../../app/api/farm/tasks/[id]/why/route'
import * as workerRoute from '../../app/api/farm/workers/[name]/route'
import type { Change } from '#lib/core/suggest'
import type { Role } from '#lib/core/access'
import { signIn } from '#lib/services/accounts/sign-in'
import { useRuntime } from '#lib/services/runtime'
import { requestTasks } from '#lib/services/tasks/request'
import { PASSWORD, testFarm, type TestFarm } from '#lib/testing/farm'

type Handler = (request: Request, next: { params: Promise<Record<string, string>> }) => Promise<Response>
let farm: TestFarm
const tokens = new Map<Role, string>()
beforeAll(async () => {
  farm = await testFarm()
  useRuntime(farm.runtime)
  for (const role of ['admin', 'editor', 'worker'] as const) {
    await farm.account(role, role)
    const { accessToken } = await signIn(farm.system, {
      username: role,
      password: PASSWORD,
      kind: 'api',
      ip: null,
      userAgent: null,
    })
    tokens.set(role, accessToken)
  }
})
afterAll(async () => {
  useRuntime(undefined)
  await farm.close()
})

async function call(
  handler: Handler,
  {
    as,
    body,
    query = '',
    params = {},
  }: { as?: Role; body?: unknown; query?: string; params?: Record<string, string> } = {},
) {
  const token = as === undefined ? undefined : tokens.get(as)
  const response = await handler(
    new Request(`http://farm/api/farm/x${query}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }),
    { params: Promise.resolve(params) },
  )
  const text = await response.text()
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Record<string, unknown> }
}
const items = async (handler: Handler) => (await call(handler)).body.items as Record<string, unknown>[]

describe('/pauses', () => {
  it('are added by those who may, shown to everybody, and ended', async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString()
    const body = { scope: 'host', subject: 'Example.org', reason: 'asked us to stop', until }
    const added = await call(pausesRoute.POST, { as: 'admin', body })
    expect(added.status).toBe(201)
    expect(added.body).toMatchObject({ scope: 'host', subject: 'example.org', author: 'admin', until })
    expect(await items(pausesRoute.GET)).toEqual([added.body])
    const params = { id: String(added.body.id) }
    expect((await call(pauseRoute.DELETE, { as: 'worker', params })).status).toBe(403)
    expect((await call(pauseRoute.DELETE, { as: 'admin', params })).status).toBe(204)
    expect((await call(pauseRoute.DELETE, { as: 'admin', params })).status).toBe(404)
    expect(await items(pausesRoute.GET)).toEqual([])
  })
  it.each([
    ['nobody', undefined, { scope: 'farm', reason: 'x' }, 401],
    ['an editor', 'editor', { scope: 'farm', reason: 'x' }, 403],
    ['no reason', 'admin', { scope: 'farm' }, 400],
    ['an empty reason', 'admin', { scope: 'farm', reason: ' ' }, 400],
    ['no such scope', 'admin', { scope: 'moon', reason: 'x' }, 400],
    ['no subject', 'admin', { scope: 'worker', reason: 'x' }, 400],
    ['a NUL', 'admin', { scope: 'host', subject: 'a\u0000b', reason: 'x' }, 400],
    ['an end in the past', 'admin', { scope: 'farm', reason: 'x', until: '2001-01-01T00:00:00Z' }, 400],
    ['no date', 'admin', { scope: 'farm', reason: 'x', until: 'tomorrow' }, 400],
    ['an unknown worker', 'admin', { scope: 'worker', subject: 'nobody', reason: 'x' }, 404],
    ['a further field', 'admin', { scope: 'farm', reason: 'x', author: 'me' }, 400],
  ] as const)('refuses %s', async (_, as, body, status) => {
    expect((await call(pausesRoute.POST, { as, body })).status).toBe(status)
  })
})

describe('/limits', () => {
  it('are set, shown and lifted', async () => {
    const body = { kind: 'platform', subject: 'wikimedia', total: 3 }
    expect((await call(limitsRoute.PUT, { as: 'admin', body })).body).toMatchObject({
      ...body,
      perWorker: null,
      author: 'admin',
    })
    expect(await items(limitsRoute.GET)).toMatchObject([body])
    const query = '?kind=platform&subject=wikimedia'
    expect((await call(limitsRoute.DELETE, { as: 'editor', query })).status).toBe(403)
    expect((await call(limitsRoute.DELETE, { as: 'admin', query })).status).toBe(204)
    expect((await call(limitsRoute.DELETE, { as: 'admin', query })).status).toBe(404)
  })
  it.each([
    ['nobody', undefined, { kind: 'host', subject: 'a', total: 1 }, 401],
    ['a worker', 'worker', { kind: 'host', subject: 'a', total: 1 }, 403],
    ['no figure', 'admin', { kind: 'host', subject: 'a' }, 400],
    ['a negative figure', 'admin', { kind: 'host', subject: 'a', total: -1 }, 400],
    ['a figure beyond all', 'admin', { kind: 'host', subject: 'a', total: 1e12 }, 400],
    ['half a task', 'admin', { kind: 'host', subject: 'a', perWorker: 0.5 }, 400],
    ['no subject', 'admin', { kind: 'host', subject: '', total: 1 }, 400],
    ['an unknown kind', 'admin', { kind: 'planet', subject: 'a', total: 1 }, 400],
  ] as const)('refuse %s', async (_, as, body, status) => {
    expect((await call(limitsRoute.PUT, { as, body })).status).toBe(status)
  })
})

describe('/breakers', () => {
  it('are shown to everybody, and closed by administrators', async () => {
    const at = new Date()
    await farm.system.db.breaker.create({
      data: {
        kind: 'image',
        subject: 'openzim/zimit:1',
        label: 'openzim/zimit:1',
        failures: 5,
        firstFailedAt: at,
        lastFailedAt: at,
        lastTaskId: '00000000-0000-4000-8000-000000000000',
        lastReasonCode: 'exit_code',
        openedAt: at,
        retryAt: new Date(at.getTime() + 600_000),
        coolDownSeconds: 600,
      },
    })
    expect(await items(breakersRoute.GET)).toMatchObject([
      { kind: 'image', subject: 'openzim/zimit:1', failures: 5, probe: null },
    ])
    const query = '?kind=image&subject=openzim%2Fzimit%3A1'
    expect((await call(breakersRoute.DELETE, { query })).status).toBe(401)
    expect((await call(breakersRoute.DELETE, { as: 'worker', query })).status).toBe(403)
    expect((await call(breakersRoute.DELETE, { as: 'admin', query: '?kind=image' })).status).toBe(400)
    expect((await call(breakersRoute.DELETE, { as: 'admin', query })).status).toBe(204)
    expect((await call(breakersRoute.DELETE, { as: 'admin', query })).status).toBe(404)
  })
})

describe('a worker and why its tasks wait', () => {
  it('is taken out of service and told so, with the least that would start the task', async () => {
    const { id } = await farm.system.db.account.findUniqueOrThrow({ where: { username: 'worker' } })
    await farm.worker(id)
    await farm.schedule()
    const { requested } = await requestTasks(farm.system, { schedules: ['handbook'] })
    const why = async () => (await call(whyRoute.GET, { params: { id: requested[0]?.id ?? '' } })).body
    expect(await why()).toMatchObject({
      rank: 0,
      rankExact: true,
      smallest: null,
      workers: [{ worker: 'worker-1', reasons: [], changes: [] }],
    })

    const params = { name: 'worker-1' }
    const out = await call(workerRoute.PATCH, { as: 'admin', params, body: { disabled: { reason: 'moves house' } } })
    expect(out.body.disabled).toMatchObject({ by: 'admin', reason: 'moves house' })
    const pause = await call(pausesRoute.POST, {
      as: 'admin',
      body: { scope: 'worker', subject: 'worker-1', reason: 'x' },
    })
    const changes: Partial<Change>[] = [
      { kind: 'enable' },
      { kind: 'end_pause', pause: String(pause.body.id), scope: 'worker', subject: 'worker-1' },
    ]
    expect(await why()).toMatchObject({
      smallest: { worker: 'worker-1', changes },
      workers: [{ reasons: [{ code: 'disabled' }, { code: 'paused', subject: 'worker-1', author: 'admin' }], changes }],
    })
    await call(workerRoute.PATCH, { as: 'admin', params, body: { disabled: null } })
    await call(pauseRoute.DELETE, { as: 'admin', params: { id: String(pause.body.id) } })
    expect(await why()).toMatchObject({ workers: [{ reasons: [] }] })
  })
  it.each([
    ['nobody', undefined, { disabled: null }, 401],
    ['the worker itself', 'worker', { disabled: null }, 403],
    ['no reason', 'admin', { disabled: {} }, 400],
    ['an address that is none', 'admin', { contexts: { wikimedia: 'here' } }, 400],
    ['a further field', 'admin', { cordoned: true }, 400],
  ] as const)('is not changed for %s', async (_, as, body, status) => {
    expect((await call(workerRoute.PATCH, { as, body, params: { name: 'worker-1' } })).status).toBe(status)
  })
})
