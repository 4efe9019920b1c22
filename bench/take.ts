import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { ensureDatabase, startEmbedded } from '../lib/db/embedded'
import { migrate } from '../lib/db/migrate'
import { readEnv } from '../lib/env'
import { createAccount } from '../lib/services/accounts/create'
import { SYSTEM, writeTaskTypes } from '../lib/services/farm/prepare'
import { openRuntime } from '../lib/services/runtime'
import { requestOnce } from '../lib/services/tasks/request'
import { claimTask } from '../lib/services/tasks/take'
import { registerWorker } from '../lib/services/workers/register'

// How many tasks a second can be taken, as a share of what the plain database does: one UPDATE … SKIP LOCKED a transaction.
const TASKS = 2_000
const AT_ONCE = 16
const folder = await mkdtemp(join(tmpdir(), 'croft-bench-'))
const server = await startEmbedded(process.cwd(), folder)
await ensureDatabase(server, 'bench')
const url = server.url('bench')
await migrate(process.cwd(), url)
const env = readEnv({ DATABASE_URL: url, CROFT_HOME: folder, CROFT_SECRET: 'x'.repeat(32), LOG_LEVEL: 'silent' })
const runtime = openRuntime(env, 'bench')
const ctx = { ...runtime.context, actor: SYSTEM, enqueue: () => Promise.resolve() }

async function rate(work: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0
  const begun = performance.now()
  const lane = async () => {
    for (let index = next++; index < TASKS; index = next++) await work(index)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return TASKS / ((performance.now() - begun) / 1000)
}

try {
  await writeTaskTypes(ctx)
  const { id: accountId } = await createAccount(ctx, { username: 'bench', password: null, email: null, role: 'worker' })
  const workers = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) =>
      registerWorker(ctx, {
        name: `bench-${index}`,
        kind: 'agent',
        accountId,
        resources: { cpu: 0, memory: 0, disk: 0 },
        taskTypes: ['delayed_add'],
        platforms: {},
        selfish: false,
        version: null,
      }),
    ),
  )
  const ids: string[] = []
  const requests = await rate(async () =>
    ids.push(await requestOnce(ctx, { taskType: 'delayed_add', params: { x: 1, y: 2 } })),
  )
  const takes = await rate((index) =>
    claimTask(ctx, workers[index % AT_ONCE] ?? { id: '', kind: '' }, ids[index] ?? ''),
  )
  const pool = new Pool({ connectionString: url, max: AT_ONCE })
  await pool.query('CREATE TABLE plain AS SELECT id, 0 AS state FROM task')
  await pool.query('CREATE INDEX ON plain (id) WHERE state = 0')
  const plain = await rate(() =>
    pool.query(
      'UPDATE plain SET state = 1 WHERE ctid = (SELECT ctid FROM plain WHERE state = 0 LIMIT 1 FOR UPDATE SKIP LOCKED)',
    ),
  )
  await pool.end()
  console.log(
    `requests: ${requests.toFixed(0)}/s · takes: ${takes.toFixed(0)}/s · plain UPDATE of the same server: ${plain.toFixed(0)}/s`,
  )
  console.log(
    `a take costs ${(plain / takes).toFixed(1)} plain updates (npm run bench, ${TASKS} tasks, ${AT_ONCE} at once)`,
  )
} finally {
  await runtime.close()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
