import { Pool } from 'pg'
import { whyTask as contract } from '../lib/contract/task'
import { createAccount } from '../lib/services/accounts/create'
import type { Context } from '../lib/services/context'
import { whyTask } from '../lib/services/tasks/why'
import { bench } from './lib/frame'
import { quantile, spread } from './lib/measure'

// How long "why does it wait?" takes on a farm with 1,000 workers, for any length of the queue, beside one query that
// merely counts the queue.
const LENGTHS = (process.env.QUEUE ?? '1000,1000000').split(',').map(Number)
const WORKERS = 1_000
const TYPES = 50
const ASKED = 60

await bench(async (b) => {
  const { ctx } = b
  const pool = new Pool({ connectionString: b.url })
  pool.on('error', () => undefined)
  await seedWorkers(ctx, pool)
  for (const length of LENGTHS) {
    await seedQueue(pool, length)
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
    const middle = quantile(times, 0.5)
    b.row({
      what: `why a task waits, ${WORKERS.toLocaleString('en')} workers, ${length.toLocaleString('en')} tasks wait`,
      target: 'p50 ≤ 50 ms',
      figure: `${spread(times)}, ${(spent / ASKED).toFixed(1)} ms of CPU; ${(middle / quantile(counts, 0.5)).toFixed(2)} × counting the queue`,
      ok: middle <= 50,
    })
  }
  await pool.end()
})

/** 1,000 workers of 8 cores that run three tasks each; half of the task types on each. */
async function seedWorkers(ctx: Context, pool: Pool): Promise<void> {
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
async function seedQueue(pool: Pool, tasks: number): Promise<void> {
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
