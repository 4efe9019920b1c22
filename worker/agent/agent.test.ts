import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createClient } from '#lib/client/client'
import { createApiToken } from '#lib/services/accounts/tokens'
import { useRuntime } from '#lib/services/runtime'
import { expireLeases } from '#lib/services/tasks/expire-leases'
import { getTask } from '#lib/services/tasks/get'
import { requestTasks } from '#lib/services/tasks/request'
import { testApi } from '#lib/testing/api'
import { testFarm, type TestFarm } from '#lib/testing/farm'
import { Agent } from './agent'
import type { Program } from './programs'
import { readSettings } from './settings'

let farm: TestFarm
let home = ''
beforeAll(async () => {
  farm = await testFarm()
  useRuntime(farm.runtime)
  home = await mkdtemp(join(tmpdir(), 'croft-agent-'))
})
afterAll(async () => {
  useRuntime(undefined)
  await farm.close()
  await rm(home, { recursive: true, force: true })
})

/** Takes four seconds, half a second to end when it is asked to, and then needs its folder. */
const SCRIPT = `
process.on('SIGTERM', () => setTimeout(() => process.exit(1), 500))
setTimeout(() => require('fs').writeFileSync('done', ''), 4000)`
const program: Program = {
  taskType: 'zimwriterfs',
  missing: () => Promise.resolve(null),
  prepare: () => Promise.resolve({ command: [process.execPath, '-e', SCRIPT], env: {} }),
  speaksToAgent: () => false,
  failure: (exitCode, text) => ({ reasonCode: 'exit_code', reasonText: `${exitCode} ${text}` }),
  files: () => Promise.resolve([]),
}

it('finishes a task that it lost and took again, whatever is left of the first run', async () => {
  const account = await farm.account('agent', 'worker')
  const { token } = await createApiToken(account, { username: 'agent', name: 'test', expiresAt: null })
  await farm.schedule({ name: 'lost', resources: { cpu: 1, memory: 0, disk: 0 } })
  const { requested } = await requestTasks(farm.system, { schedules: ['lost'] })
  const id = requested[0]?.id ?? ''
  const settings = readSettings({ CROFT_TOKEN: token, CROFT_AGENT_NAME: 'tester', CROFT_AGENT_HOME: home })
  const client = createClient({ url: 'http://farm', token: () => token, fetch: await testApi() })
  const agent = new Agent(settings, client, [program], '0.0.0', () => undefined)
  const running = agent.run()
  const task = () => getTask(farm.system, id)
  const patient = { timeout: 25_000, interval: 50 }

  await vi.waitFor(async () => expect(await task()).toMatchObject({ status: 'started', stage: 'running' }), patient)
  farm.at(new Date(Date.now() + 60_000))
  expect(await expireLeases(farm.system)).toBe(1)
  farm.at(null)
  await vi.waitFor(async () => expect((await task()).endedAt).not.toBeNull(), patient)
  expect(await task()).toMatchObject({ status: 'succeeded', attempt: 2, reasonText: null })
  await agent.stop()
  await running
}, 60_000)
