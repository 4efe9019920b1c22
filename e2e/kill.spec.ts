import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import { FARM, token, until } from './farm'

const SUPERVISOR = process.env.CROFT_SUPERVISOR ?? ''

/** The started product's process whose command line has the text. */
function processOf(text: string): number {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', SUPERVISOR], { encoding: 'utf8' }).split('\n')
  const pid = Number(
    lines
      .find((line) => line.includes(text))
      ?.trim()
      .split(/\s+/)[0],
  )
  if (!Number.isInteger(pid)) throw new Error(`no child of ${SUPERVISOR} has ${text}`)
  return pid
}
const kill = (text: string) => process.kill(processOf(text), 'SIGKILL')

type Task = { status: string; stage: string | null; attempt: number; history: { code: string }[]; files: unknown[] }
let auth = {}
const json = { 'content-type': 'application/json' }
const quiet = async <T>(work: Promise<T>) => work.catch(() => null)
const read = (id: string) =>
  quiet(fetch(`${FARM}/api/farm/tasks/${id}`).then((response) => response.json() as Promise<Task>))

async function request(name: string): Promise<string> {
  const response = await fetch(`${FARM}/api/farm/tasks`, {
    method: 'POST',
    headers: { ...json, ...auth },
    body: JSON.stringify({ schedules: [name] }),
  })
  const { requested } = (await response.json()) as { requested: { id: string }[] }
  return requested[0]?.id ?? ''
}
const running = (id: string) =>
  until(
    () => read(id),
    (task) => task?.stage === 'running',
  )
const over = (id: string) =>
  until(
    () => read(id),
    (task) => ['succeeded', 'failed', 'canceled'].includes(task?.status ?? ''),
  )

test.beforeAll(async () => {
  auth = { authorization: `Bearer ${await token()}` }
})

test('kill -9 of the agent: the task is queued again within 15 s, another run finishes it, a late report is refused', async () => {
  const id = await request('nextjs-documentation')
  await running(id)
  const begun = Date.now()
  kill('croft-agent.mjs')
  const again = await until(
    () => read(id),
    (task) => (task?.history.filter((entry) => entry.code === 'requested').length ?? 0) > 1,
  )
  expect(Date.now() - begun).toBeLessThan(15_000)
  expect(again?.status).not.toBe('failed')
  const late = await fetch(`${FARM}/api/farm/tasks/${id}/outcome`, {
    method: 'POST',
    headers: { ...json, ...auth },
    body: JSON.stringify({ fence: 1, outcome: 'succeeded' }),
  })
  expect(late.status).toBe(409)
  expect(await over(id)).toMatchObject({ status: 'succeeded', attempt: 2 })
})

test('kill -9 of the dispatcher and of the web process: nothing is lost, no webhook is missing', async () => {
  const heard: string[] = []
  const server = createServer((incoming, response) => {
    incoming.resume()
    incoming.on('end', () => {
      heard.push(`${String(incoming.headers['croft-event'])} ${String(incoming.headers['webhook-id'])}`)
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const name = `killed-${Date.now()}`
  const demo = (await (await fetch(`${FARM}/api/farm/schedules/nextjs-documentation`, { headers: auth })).json()) as {
    config: object
  }
  const webhook = { webhook: [hook] }
  const schedule = {
    name,
    taskType: 'zimwriterfs',
    config: demo.config,
    notification: { requested: webhook, started: webhook, ended: webhook },
  }
  const created = await fetch(`${FARM}/api/farm/schedules`, {
    method: 'POST',
    headers: { ...json, ...auth },
    body: JSON.stringify(schedule),
  })
  expect(created.status).toBe(201)

  kill('dispatcher.mjs')
  const id = await request(name)
  await running(id)
  kill('web.mjs')
  const task = await over(id)
  expect(task?.status).toBe('succeeded')
  expect(task?.files).toHaveLength(1)
  await until(
    () => Promise.resolve(new Set(heard).size),
    (count) => count >= 3,
  )
  expect([...new Set(heard)].map((one) => one.split(' ')[0])).toEqual(['requested', 'started', 'ended'])
  server.close()
})
