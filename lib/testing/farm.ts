import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scopeOf, type Actor, type Role } from '#lib/core/access'
import { readEnv } from '#lib/env'
import type { Job } from '#lib/queue/jobs'
import { createAccount } from '#lib/services/accounts/create'
import type { Context } from '#lib/services/context'
import { SYSTEM, writeTaskTypes } from '#lib/services/farm/prepare'
import { openRuntime, type Runtime } from '#lib/services/runtime'
import { createSchedule, type NewSchedule } from '#lib/services/schedules/create'
import { registerWorker, type Registration } from '#lib/services/workers/register'
import { testDatabase } from './database'

export const PASSWORD = 'correct horse battery'

/** A farm of its own for a test file: real database, a clock that can be set, jobs collected instead of enqueued. */
export async function testFarm(overrides: Record<string, string> = {}) {
  const database = await testDatabase()
  const home = await mkdtemp(join(tmpdir(), 'croft-home-'))
  const env = readEnv({
    DATABASE_URL: database.url,
    CROFT_HOME: home,
    CROFT_SECRET: 'a secret for tests that is long enough',
    LOG_LEVEL: 'silent',
    ...overrides,
  })
  const runtime: Runtime = openRuntime(env, 'test')
  let clock: Date | null = null
  const jobs: Job[] = []
  runtime.context = {
    ...runtime.context,
    now: () => clock ?? new Date(),
    enqueue: (job) => {
      jobs.push(job)
      return Promise.resolve()
    },
  }
  const as = (actor: Actor): Context => ({ ...runtime.context, actor })
  const system = as(SYSTEM)
  await writeTaskTypes(system)
  return {
    runtime,
    jobs,
    system,
    as,
    at: (date: Date | null) => {
      clock = date
    },
    /** The context of a new account with the role. */
    async account(username: string, role: Role): Promise<Context & { actor: Extract<Actor, { kind: 'account' }> }> {
      const { id } = await createAccount(system, {
        username,
        password: PASSWORD,
        email: `${username}@example.org`,
        role,
      })
      return {
        ...runtime.context,
        actor: { kind: 'account', accountId: id, username, role, scope: scopeOf(role), sessionId: null },
      }
    },
    schedule: (change: Partial<NewSchedule> = {}) => createSchedule(system, { ...SCHEDULE, ...change }),
    worker: (accountId: string, change: Partial<Registration> = {}) =>
      registerWorker(system, { ...WORKER, accountId, ...change }),
    async close() {
      await runtime.close()
      await database.drop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
export type TestFarm = Awaited<ReturnType<typeof testFarm>>

const GIB = 1024 ** 3
export const SCHEDULE: NewSchedule = {
  name: 'handbook',
  taskType: 'zimwriterfs',
  category: 'other',
  language: { code: 'eng', nameEn: 'English', nameNative: 'English' },
  tags: [],
  periodicity: 'manually',
  enabled: true,
  platform: null,
  resources: { cpu: 1, memory: GIB, disk: GIB },
  config: {
    params: {
      source: 'https://example.org/docs.zip',
      name: 'docs_en',
      title: 'Docs',
      description: 'The docs',
      language: 'eng',
      creator: 'Us',
    },
    image: null,
    warehousePath: '/other',
    monitor: false,
  },
  notification: null,
}
const WORKER: Omit<Registration, 'accountId'> = {
  name: 'worker-1',
  kind: 'agent',
  resources: { cpu: 4, memory: 8 * GIB, disk: 100 * GIB },
  taskTypes: ['zimwriterfs', 'zimit', 'mwoffliner'],
  platforms: {},
  selfish: false,
  version: 'test',
}
