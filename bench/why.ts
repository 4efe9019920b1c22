import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Pool } from 'pg'
import { whyTask as contract } from '../lib/contract/task'
import { ensureDatabase, startEmbedded } from '../lib/db/embedded'
import { migrate } from '../lib/db/migrate'
import { readEnv } from '../lib/env'
import { createAccount } from '../lib/services/accounts/create'
import { SYSTEM, writeTaskTypes } from '../lib/services/farm/prepare'
import { openRuntime } from '../lib/services/runtime'
import { whyTask } from '../lib/services/tasks/why'

// How long "why does it wait?" takes on a farm with 1,000 workers, for any length of the queue, beside one query that
// merely counts the queue.
const LENGTHS = (process.argv[2] ?? '1000,1000000').split(',').map(Number)
const WORKERS = 1_000
const TYPES = 50
const ASKED = 60
const folder = await mkdtemp(join(tmpdir(), 'croft-bench-'))
const server = await startEmbedded(process.cwd(), folder, { fast: true })
await ensureDatabase(server, 'bench')
const url = server.url('bench')
await migrate(process.cwd(), url)
const env = readEnv({ DATABASE_URL: url, CROFT_HOME: folder, CROFT_SECRET: 'x'.repeat(32), LOG_LEVEL: 'silent' })
const runtime = openRuntime(env, 'bench')
const ctx = { ...runtime.context, actor: SYSTEM, enqueue: () => Promise.resolve() }
const pool = new Pool({ connectionString: url })
pool.on('error', () => undefined)

const quantile = (sorted: number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0

/** 1,000 workers of 8 cores that run three tasks each; half of the task types on each. */
async function seedWorkers(): Promise<void> {
  await writeTaskTypes(ctx)
  const { id } = await createAccount(ctx, { username: 'bench', password: null, email: null, role: 'worker' })
  await pool.query(`INSERT INTO task_type (id, title, description, executor)
    SELECT 'type-' || n, 'type', '', 'container' FROM generate_series(0, ${TYPES - 1}) n`)
  await pool.query(
    `INSERT INTO worker (id, name, account_id, kind, cpu, memory, disk, reserved_cpu, reserved_memory, reserved_disk, task_types, last_seen_at)
     SELECT gen_random_uuid(), 'worker-' || n, $1, 'zimfarm', 8, 64000, 64000, 6, 6000, 6000,
       array(SELECT 'type-' || k FROM generate_series(0, ${TYPES - 1}) k WHERE (k + n) % 2 = 0), now()
     FROM generate_series(1, ${WORKERS}) n`,
    [id],
  )
  await pool.query(
    `INSERT INTO task (id, status, task_type_id, schedule_name, priority, requested_by, config, cpu, memory, disk, expected_seconds,
       worker_id, lease_expires_at, requested_at, reserved_at, started_at, updated_at)
     SELECT gen_random_uuid(), 'started', 'type-0', 'running', 0, 'bench', '{}', 2, 2000, 2000, 1000 + n * 500,
       w.id, now() + interval '1 day', now(), now(), now() - interval '10 minutes', now()
     FROM worker w, generate_series(1, 3) n`,
  )
}

/** Tasks of 50 types in 10 sizes, with priorities 0 to 10: 500 shapes. */
async function seedQueue(tasks: number): Promise<void> {
  await pool.query(`DELETE FROM task WHERE status = 'requested'`)
  await pool.query(
    `INSERT INTO task_shape (task_type_id, cpu, memory, disk) SELECT 'type-' || k, s % 8 + 1, 1000 * (s + 1), 1000
     FROM generate_series(0, ${TYPES - 1}) k, generate_series(0, 9) s ON CONFLICT DO NOTHING`,
  )
  await pool.query(
    `INSERT INTO task (id, status, task_type_id, schedule_name, priority, requested_by, config, cpu, memory, disk, expected_seconds,
       requested_at, updated_at, shape_id)
     SELECT gen_random_uuid(), 'requested', s.task_type_id, 'waits', n % 11, 'bench', '{}', s.cpu, s.memory, s.disk, 600 + n % 90000,
       now() - n * interval '1 second', now() - n * interval '1 second', s.id
     FROM generate_series(1, $1::int) n JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place FROM task_shape WHERE task_type_id LIKE 'type-%') s
       ON s.place = n % 500 + 1`,
    [tasks],
  )
  await pool.query('VACUUM ANALYZE task')
  await pool.query('ANALYZE')
}

try {
  await seedWorkers()
  for (const length of LENGTHS) {
    await seedQueue(length)
    const { rows } = await pool.query<{ id: string }>(
      `(SELECT id FROM task WHERE status = 'requested' ORDER BY priority DESC, updated_at LIMIT $1)
       UNION ALL (SELECT id FROM task WHERE status = 'requested' ORDER BY priority, updated_at DESC LIMIT $1)`,
      [ASKED / 2],
    )
    for (const { id } of rows.slice(0, 10)) await whyTask(ctx, id)
    const times: number[] = []
    const counts: number[] = []
    let spent = 0
    for (const { id } of rows) {
      const before = process.cpuUsage()
      const begun = performance.now()
      const answer = await whyTask(ctx, id)
      contract.response?.parse(JSON.parse(JSON.stringify(answer)))
      times.push(performance.now() - begun)
      const used = process.cpuUsage(before)
      spent += (used.user + used.system) / 1000
      if (answer.workers.length !== WORKERS) throw new Error('a worker is missing')
      const counted = performance.now()
      await pool.query(`SELECT count(*) FROM task WHERE status = 'requested'`)
      counts.push(performance.now() - counted)
    }
    for (const list of [times, counts]) list.sort((a, b) => a - b)
    const plain = quantile(counts, 0.5)
    console.log(
      `why, ${length} queued, ${WORKERS} workers: p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms, least ${quantile(times, 0).toFixed(1)} ms, ${(spent / ASKED).toFixed(1)} ms of processor time each` +
        ` · counting the queue alone: p50 ${plain.toFixed(1)} ms · ${(quantile(times, 0.5) / plain).toFixed(2)} of it`,
    )
  }
} finally {
  await runtime.close()
  await pool.end()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
