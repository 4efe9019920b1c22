import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Client } from 'pg'

/**
 * `npm run seed:large`: fills the running farm with a big one's data, to look at the screens as they are there.
 * 100,000 schedules, 1,000 workers, 1,000,000 waiting tasks and, with `--finished <n>`, as many ended ones.
 */
const { values: flags } = parseArgs({
  options: {
    yes: { type: 'boolean', default: false },
    schedules: { type: 'string', default: '100000' },
    workers: { type: 'string', default: '1000' },
    queued: { type: 'string', default: '1000000' },
    finished: { type: 'string', default: '0' },
  },
})
const count = (name: 'schedules' | 'workers' | 'queued' | 'finished', most: number) => {
  const value = Number(flags[name])
  if (Number.isInteger(value) && value >= 0 && value <= most) return value
  throw new Refusal(`--${name} must be a whole number from 0 to ${most.toLocaleString('en')}`)
}
class Refusal extends Error {}
const BATCH = 250_000
const GIB = 1024 ** 3
const say = (text: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

/** The database of the farm that runs here: DATABASE_URL, or the PostgreSQL under CROFT_HOME. */
async function address(): Promise<string> {
  if (process.env.DATABASE_URL !== undefined) return process.env.DATABASE_URL
  const folder = join(process.env.CROFT_HOME ?? '.croft', 'postgres')
  const pid = await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => null)
  const port = pid?.split('\n')[3]
  if (port === undefined)
    throw new Refusal(
      `no farm runs with ${folder}: start it with \`npm start\` first, or set CROFT_HOME or DATABASE_URL`,
    )
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim()
  return `postgresql://croft:${encodeURIComponent(password)}@127.0.0.1:${port}/croft`
}

/** Works without the table's indexes (but the unique ones), which are made again whatever happens: far quicker. */
async function withoutIndexes(db: Client, table: string, work: () => Promise<void>): Promise<void> {
  const { rows } = await db.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE schemaname = current_schema() AND tablename = $1 AND indexdef NOT LIKE 'CREATE UNIQUE%'`,
    [table],
  )
  for (const { name } of rows) await db.query(`DROP INDEX "${name}"`)
  await work().finally(async () => {
    say(`making the indexes of ${table} again`)
    for (const { definition } of rows) await db.query(definition)
  })
}

async function seed(db: Client): Promise<void> {
  const wanted = {
    schedules: count('schedules', 1_000_000),
    workers: count('workers', 10_000),
    queued: count('queued', 5_000_000),
    finished: count('finished', 10_000_000),
  }
  const { rows } = await db.query<{ schedules: number; tasks: number; types: string[] }>(
    `SELECT (SELECT count(*)::int FROM (SELECT 1 FROM schedule LIMIT 100) s) AS schedules,
       (SELECT count(*)::int FROM (SELECT 1 FROM task LIMIT 100) t) AS tasks,
       (SELECT array_agg(id ORDER BY id) FROM task_type WHERE offliner) AS types`,
  )
  const [farm] = rows
  if (farm === undefined || farm.types.length === 0)
    throw new Refusal('this database holds no farm: start Croft on it first')
  if ((farm.schedules > 20 || farm.tasks > 20) && !flags.yes)
    throw new Refusal(
      'this farm is in use: what is made here cannot be taken out again. Add --yes if that is what you want',
    )
  await db.query(`SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET lock_timeout = 0`)
  // Makes the foreign keys be taken on trust; where the account may not, they are checked.
  await db.query('SET session_replication_role = replica').catch(() => undefined)
  const types = `(SELECT array_agg(id ORDER BY id) FROM task_type WHERE offliner)`

  say(`${wanted.workers.toLocaleString('en')} workers`)
  await db.query(
    `INSERT INTO worker (id, name, account_id, kind, cpu, memory, disk, task_types, last_seen_at, version)
     SELECT gen_random_uuid(), 'large-' || lpad(n::text, 5, '0'), (SELECT id FROM account ORDER BY created_at LIMIT 1), 'zimfarm',
       4 + n % 5 * 4, (8 + n % 7 * 8) * $2::bigint, (200 + n % 9 * 100) * $2::bigint, types.ids,
       now() + make_interval(hours => CASE WHEN n % 10 = 0 THEN -n % 500 - 1 ELSE 24 END), '2.' || n % 4
     FROM generate_series(1, $1::int) n, (SELECT ${types} AS ids) types ON CONFLICT (name) DO NOTHING`,
    [wanted.workers, GIB],
  )

  say(`${wanted.schedules.toLocaleString('en')} schedules`)
  await db.query(
    `INSERT INTO schedule (id, name, task_type_id, category, language_code, language_name_en, language_native, tags, periodicity,
       enabled, config, cpu, memory, disk, invalid, created_at, updated_at, last_success_at)
     SELECT gen_random_uuid(), site || '_' || code || '_' || n, types.ids[1 + n % array_length(types.ids, 1)],
       (ARRAY['wikipedia', 'wiktionary', 'stack_exchange', 'ted', 'gutenberg', 'other'])[1 + n % 6], code, english, native,
       ARRAY[(ARRAY['full', 'mini', 'nopic'])[1 + n % 3], 'tag-' || n % 200],
       (ARRAY['manually', 'monthly', 'quarterly', 'biannualy', 'annually'])[1 + n % 5], n % 20 <> 0,
       json_build_object('params', json_build_object('output', '/output', 'name', site || '_' || code || '_' || n),
         'image', json_build_object('name', 'openzim/seeded', 'tag', 'latest'), 'warehousePath', '/other', 'monitor', false),
       1 + n % 4, (1 + n % 8) * $2::bigint, (5 + n % 50) * $2::bigint,
       CASE WHEN n % 50 = 0 THEN '{"config.params.title": ["is required"]}'::json END,
       now() - make_interval(secs => n * 60), now() - make_interval(secs => (n::bigint * 7919) % 9000000),
       CASE WHEN n % 3 > 0 THEN now() - make_interval(secs => (n::bigint * 104729) % 30000000) END
     FROM generate_series(1, $1::int) n
     JOIN LATERAL (SELECT (ARRAY['wikipedia', 'wiktionary', 'askubuntu', 'ted_talks', 'gutenberg', 'wikihow'])[1 + n % 6] AS site) s ON true
     JOIN LATERAL (SELECT (ARRAY['eng', 'fra', 'deu', 'arb', 'spa', 'hin'])[1 + n / 6 % 6] AS code,
       (ARRAY['English', 'French', 'German', 'Arabic', 'Spanish', 'Hindi'])[1 + n / 6 % 6] AS english,
       (ARRAY['English', 'français', 'Deutsch', 'العربية', 'español', 'हिन्दी'])[1 + n / 6 % 6] AS native) l ON true,
     (SELECT ${types} AS ids) types ON CONFLICT (name) DO NOTHING`,
    [wanted.schedules, GIB],
  )
  // The search's own table, which a trigger keeps, when triggers are on.
  await db.query(
    `INSERT INTO schedule_name (schedule_id, text) SELECT id, lower(name) FROM schedule ON CONFLICT DO NOTHING`,
  )

  await db.query(`CREATE TEMP TABLE pick AS
    SELECT row_number() OVER (ORDER BY name) - 1 AS nr, id, name, task_type_id, cpu, memory, disk FROM schedule
    WHERE config::text LIKE '%openzim/seeded%'`)
  await db.query('CREATE UNIQUE INDEX ON pick (nr)')
  await db.query(
    `CREATE TEMP TABLE hand AS SELECT row_number() OVER (ORDER BY name) - 1 AS nr, id FROM worker WHERE kind = 'zimfarm'`,
  )
  await db.query('ANALYZE pick; ANALYZE hand')
  await db.query(`INSERT INTO task_shape (task_type_id, cpu, memory, disk, image)
    SELECT DISTINCT task_type_id, cpu, memory, disk, 'openzim/seeded:latest' FROM pick
    ON CONFLICT (task_type_id, cpu, memory, disk, platform, context, image, host, pinned_worker_id) DO UPDATE SET retired_at = NULL`)

  const columns = `id, status, task_type_id, shape_id, image, schedule_id, schedule_name, priority, requested_by, config, cpu, memory,
    disk, expected_seconds, worker_id, attempt, requested_at, reserved_at, started_at, ended_at, updated_at, reason_code, reason_text,
    fence, history`
  const config = `json_build_object('params', json_build_object('output', '/output', 'name', p.name),
    'image', json_build_object('name', 'openzim/seeded', 'tag', 'latest'), 'warehousePath', '/other', 'monitor', false,
    'taskType', p.task_type_id, 'platform', NULL, 'resources', json_build_object('cpu', p.cpu, 'memory', p.memory, 'disk', p.disk),
    'mountPoint', '/output', 'command', json_build_array('seeded', '--name=' || p.name), 'timeLimit', 86400)`
  const batches = async (total: number, what: string, sql: string) => {
    for (let from = 1; from <= total; from += BATCH) {
      await db.query(sql, [from, Math.min(total, from + BATCH - 1)])
      say(`${Math.min(total, from + BATCH - 1).toLocaleString('en')} of ${total.toLocaleString('en')} ${what}`)
    }
  }
  await withoutIndexes(db, 'task', async () => {
    await batches(
      wanted.queued,
      'waiting tasks',
      `INSERT INTO task (${columns})
       SELECT gen_random_uuid(), 'requested', p.task_type_id, s.id, s.image, CASE WHEN n <= (SELECT max(nr) FROM pick) THEN p.id END, p.name, n % 11, 'user-' || n % 40, ${config},
         p.cpu, p.memory, p.disk, 600 + (n::bigint * 7919) % 90000, NULL, 0, at, NULL, NULL, NULL, at, NULL, NULL, 0,
         json_build_array(json_build_object('code', 'requested', 'at', at))
       FROM generate_series($1::int, $2::int) n
       JOIN LATERAL (SELECT now() - make_interval(secs => n % 864000) AS at) t ON true
       JOIN pick p ON p.nr = n % (SELECT count(*) FROM pick)
       JOIN task_shape s ON (s.task_type_id, s.cpu, s.memory, s.disk, s.image, s.platform, s.context, s.host)
         = (p.task_type_id, p.cpu, p.memory, p.disk, 'openzim/seeded:latest', '', '', '') AND s.pinned_worker_id IS NULL`,
    )
    await batches(
      wanted.finished,
      'ended tasks',
      `INSERT INTO task (${columns})
       SELECT gen_random_uuid(), st::task_status, p.task_type_id, NULL, 'openzim/seeded:latest', p.id, p.name, 0, 'user-' || n % 40,
         ${config}, p.cpu, p.memory, p.disk, 3600, h.id, 1, at - interval '3 hours', at - interval '2 hours', at - interval '2 hours', at, at,
         CASE st WHEN 'failed' THEN (ARRAY['exit_code', 'oom', 'network', 'timeout', 'worker_lost'])[1 + n / 10 % 5] END,
         CASE st WHEN 'failed' THEN 'seeded failure ' || n % 30 END, 1,
         json_build_array(json_build_object('code', 'requested', 'at', at - interval '3 hours'), json_build_object('code', st, 'at', at))
       FROM generate_series($1::int, $2::int) n
       JOIN LATERAL (SELECT now() - make_interval(secs => 3 * n) AS at,
         CASE n % 10 WHEN 0 THEN 'failed' WHEN 1 THEN 'canceled' ELSE 'succeeded' END AS st) t ON true
       JOIN pick p ON p.nr = n % (SELECT count(*) FROM pick)
       JOIN hand h ON h.nr = n % (SELECT count(*) FROM hand)`,
    )
  })
  say('the last task of each schedule, and the counts')
  if (wanted.finished > 0)
    await db.query(
      `UPDATE schedule s SET last_task_id = t.id FROM (
         SELECT DISTINCT ON (schedule_id) schedule_id, id FROM task WHERE started_at IS NOT NULL AND schedule_id IN (SELECT id FROM pick)
         ORDER BY schedule_id, updated_at DESC) t
       WHERE t.schedule_id = s.id AND s.last_task_id IS NULL`,
    )
  await db.query(`INSERT INTO task_count (status, shard, n)
    SELECT status, ('x' || right(id::text, 1))::bit(4)::int, count(*) FROM task GROUP BY 1, 2
    ON CONFLICT (status, shard) DO UPDATE SET n = excluded.n`)
  say('cleaning up')
  for (const table of ['task', 'schedule', 'schedule_name', 'worker', 'task_shape'])
    await db.query(`VACUUM (ANALYZE) ${table}`)
  say('done: restart the farm, so that all of it looks again')
}

const began = performance.now()
try {
  const db = new Client({ connectionString: await address(), application_name: 'croft seed:large' })
  await db.connect().catch((error: unknown) => {
    throw new Refusal(
      `the database cannot be reached (${error instanceof Error ? error.message : String(error)}): is the farm running?`,
    )
  })
  await seed(db).finally(() => db.end())
  say(`took ${Math.round((performance.now() - began) / 1000)} s`)
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
