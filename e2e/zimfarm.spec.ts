import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import { ADMIN, FARM, until } from './farm'

type Json = Record<string, unknown>
async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(FARM + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Json }
}

/** A receiver on the loopback address; what it heard, in order. */
export async function receiver() {
  const heard: { event: unknown; id: unknown; status: unknown }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += String(chunk)))
    request.on('end', () => {
      const { _id, status } = JSON.parse(text) as Json
      heard.push({ event: request.headers['croft-event'], id: _id, status })
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=t`,
    heard,
    close: () => server.close(),
  }
}

test('a service asks for a ZIM file through Zimfarm v1 and hears of it', async () => {
  const hook = await receiver()
  const { status, body } = await call('POST', '/v1/auth/authorize', undefined, ADMIN)
  expect(status).toBe(200)
  const auth = { authorization: `Token ${String(body.access_token)}` }
  const name = `docs_${Date.now()}`
  const schedule = {
    name,
    language: { code: 'eng', name_en: 'English', name_native: 'English' },
    category: 'other',
    periodicity: 'manually',
    tags: [],
    enabled: true,
    config: {
      task_name: 'zimwriterfs',
      warehouse_path: '/other',
      image: { name: 'openzim/zimwriterfs', tag: '1' },
      resources: { cpu: 1, memory: 1073741824, disk: 1073741824 },
      platform: null,
      monitor: false,
      flags: {
        source: 'builtin:nextjs',
        name: 'docs',
        title: 'Docs',
        description: 'The docs',
        language: 'eng',
        creator: 'us',
      },
    },
    notification: {
      requested: { webhook: [hook.url] },
      started: { webhook: hook.url },
      ended: { webhook: [hook.url] },
    },
  }
  expect((await call('POST', '/v1/schedules/', schedule, auth)).status).toBe(201)
  const requested = await call('POST', '/v1/requested-tasks/', { schedule_names: [name], worker: null }, auth)
  const [id = ''] = requested.body.requested as string[]
  expect((await call('DELETE', `/v1/schedules/${name}`, undefined, auth)).status).toBe(204)
  const task = await until(
    () => call('GET', `/v1/tasks/${id}?hide_secrets=`, undefined, auth),
    (answer) => ['succeeded', 'failed', 'canceled'].includes(String(answer.body.status)),
  )
  expect(task.body).toMatchObject({ status: 'succeeded', schedule_name: null, original_schedule_name: name })
  const [file] = Object.values(task.body.files as Record<string, Json>)
  expect(file).toMatchObject({ status: 'uploaded', check_result: 0 })
  await until(
    () => Promise.resolve(hook.heard.length),
    (count) => count >= 3,
  )
  expect(hook.heard).toEqual([
    { event: 'requested', id, status: 'requested' },
    { event: 'started', id, status: 'started' },
    { event: 'ended', id, status: 'succeeded' },
  ])
  hook.close()
})

test('the 2017 demo adds 4 and 10', async () => {
  const asked = await call('POST', '/task/delayed_add', { x: 4, y: 10 })
  const { id, status } = asked.body.task as Json
  expect([asked.status, status]).toEqual([200, 'PENDING'])
  const seen = new Set<unknown>()
  const done = await until(
    async () => {
      const { body } = await call('GET', `/task/status/${String(id)}`)
      seen.add(body.status)
      return body
    },
    (answer) => answer.status === 'SUCCESS',
  )
  expect(done).toEqual({ id, status: 'SUCCESS', result: 14 })
  expect(seen.has('STARTED')).toBe(true)
  expect((await call('GET', '/task/status/nonsense')).body).toEqual({ id: 'nonsense', status: 'PENDING' })
  for (const body of [{}, { x: 'a', y: 1 }, null, [1, 2]])
    expect((await call('POST', '/task/delayed_add', body)).status).toBe(400)
})

test('an address that is not well encoded is refused at every door', async () => {
  for (const path of [
    '/v1/tasks/%ff',
    '/v1/schedules/%zz',
    '/task/status/%ED%A0%80',
    '/api/farm/tasks/%',
    '/tasks/a%f',
  ])
    for (const method of ['GET', 'POST']) expect([path, (await call(method, path)).status]).toEqual([path, 400])
  expect((await call('GET', '/v1/schedules/%C3%BC')).status).toBe(404)
  expect((await call('POST', '/api/farm/nothing', {})).body).toMatchObject({ error: { code: 'not_found' } })
})
