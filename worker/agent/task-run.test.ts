import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from '#lib/client/client'
import { ENDPOINTS } from '#lib/contract/endpoints'
import type { Lease, Program } from './programs'
import { TaskRun } from './task-run'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'croft-run-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Takes what the API's own schemas take, refuses the rest as the API does, and keeps the outcome. */
function farm() {
  const told: { outcome: unknown; refused: string[] } = { outcome: null, refused: [] }
  const client = createClient({
    url: 'http://farm',
    fetch: (input, init) => {
      const { pathname } = new URL(input as URL)
      const endpoint = Object.values(ENDPOINTS).find(
        ({ method, path }) =>
          method === init?.method && new RegExp(`^/api/farm${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
      )
      const body = endpoint?.body?.safeParse(JSON.parse(init?.body as string))
      if (body?.success !== true) {
        told.refused.push(`${pathname}: ${body?.error.message}`)
        return Promise.resolve(Response.json({ error: { code: 'invalid', message: 'no' } }, { status: 400 }))
      }
      if (pathname.endsWith('/outcome')) told.outcome = body.data
      return Promise.resolve(new Response(null, { status: 204 }))
    },
  })
  return { client, told }
}

const program = (script: string): Program => ({
  taskType: 'test',
  missing: () => Promise.resolve(null),
  prepare: () => Promise.resolve({ command: [process.execPath, '-e', script], env: {} }),
  speaksToAgent: () => false,
  failure: (exitCode) => ({ reasonCode: 'exit_code', reasonText: `ended with ${exitCode}` }),
  files: () => Promise.resolve([]),
})

async function outcomeOf(script: string, limits: { memory?: number; disk?: number; timeLimit?: number } = {}) {
  const { client, told } = farm()
  const { memory = 0, disk = 0, timeLimit = 60 } = limits
  const task = { id: 'a', attempt: 1, maxAttempts: 3, resources: { cpu: 1, memory, disk }, config: { timeLimit } }
  const lease = { task, fence: 1 } as unknown as Lease
  await new TaskRun(lease, client, join(folder, 'work'), program(script), () => undefined).run()
  return told
}

const WAIT = 'setInterval(() => undefined, 1000)'
describe('the farm is told why a task ended', () => {
  it.each([
    ['succeeded', '', {}, { outcome: 'succeeded', exitCode: 0 }],
    ['exit_code', 'process.exit(3)', {}, { outcome: 'failed', reasonCode: 'exit_code', exitCode: 3 }],
    ['oom', `const held = Buffer.alloc(1e8, 1); ${WAIT}`, { memory: 5e7 }, { outcome: 'failed', reasonCode: 'oom' }],
    [
      'disk_full',
      `require('fs').writeFileSync('big', Buffer.alloc(1e6)); ${WAIT}`,
      { disk: 1e5 },
      { outcome: 'failed', reasonCode: 'disk_full' },
    ],
    ['timeout', WAIT, { timeLimit: 1 }, { outcome: 'failed', reasonCode: 'timeout' }],
  ] as const)('%s', async (_, script, limits, outcome) => {
    const told = await outcomeOf(script, limits)
    expect(told.refused).toEqual([])
    expect(told.outcome).toMatchObject(outcome)
  })
})
