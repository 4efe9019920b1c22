import { Client } from 'pg'
import { createAccount } from '../../lib/services/accounts/create'
import { createApiToken } from '../../lib/services/accounts/tokens'
import type { Bench } from './frame'

export const WORKERS = 1_000
export const OFFLINERS = 50
const GIB = 1024 ** 3
/** What tasks need: four sizes of each offliner; every tenth shape asks a limited platform. */
const SIZES = [
  { cpu: 1, memory: GIB, disk: GIB },
  { cpu: 2, memory: 2 * GIB, disk: 10 * GIB },
  { cpu: 3, memory: 4 * GIB, disk: 20 * GIB },
  { cpu: 6, memory: 16 * GIB, disk: 100 * GIB },
]
export const PLATFORM = 'wikimedia'

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  return work(client).finally(() => client.end())
}

/** 50 offliners and 1,000 workers, each with 10 of the offliners; an account that owns the workers, and its token. */
export async function seedFarm(bench: Bench): Promise<{ accountId: string; token: string }> {
  const { id: accountId } = await createAccount(bench.ctx, {
    username: 'bench',
    password: null,
    email: null,
    role: 'worker',
  })
  await withClient(bench.url, async (client) => {
    await client.query(`INSERT INTO task_type (id, title, description, executor, offliner, position, docker_image, updated_at, builtin)
      SELECT 'bench' || n, title, description, executor, offliner, 2000 + n, docker_image, now(), false
      FROM task_type, generate_series(0, ${OFFLINERS - 1}) n WHERE id = 'zimit'`)
    await client.query(`INSERT INTO task_type_version (task_type_id, version, definition, updated_at)
      SELECT 'bench' || n, 'dev', replace(definition::text, '"id":"zimit"', '"id":"bench' || n || '"')::json, now()
      FROM task_type_version, generate_series(0, ${OFFLINERS - 1}) n WHERE task_type_id = 'zimit' AND version = 'dev'`)
    await client.query(
      `INSERT INTO worker (id, name, account_id, kind, cpu, memory, disk, task_types, platforms, last_seen_at)
       SELECT gen_random_uuid(), 'worker-' || n, $1, 'zimfarm', 8, ${32 * GIB}, ${1024 * GIB},
         ARRAY(SELECT 'bench' || (n * 7 + k * 5) % ${OFFLINERS - 1} FROM generate_series(0, 9) k), '{}', now()
       FROM generate_series(0, ${WORKERS - 1}) n`,
      [accountId],
    )
  })
  bench.ctx.taskTypes.forget()
  const { token } = await createApiToken(bench.ctx, { username: 'bench', name: 'bench', expiresAt: null })
  return { accountId, token }
}

/**
 * Adds `count` waiting tasks by INSERT … SELECT, with the indexes made afterwards: a million takes about a minute.
 * `hopeless`: with a higher priority than all others, and none of them for any worker of the farm: of an offliner that
 * nobody has, too big, pinned to a worker that is not polled, or on a platform where as many run as may.
 */
export async function seedTasks(url: string, count: number, options: { hopeless?: boolean } = {}): Promise<void> {
  const hopeless = options.hopeless === true
  await withClient(url, async (client) => {
    await client.query(
      `SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'`,
    )
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
       WHERE tablename = 'task' AND indexname NOT IN (SELECT conname FROM pg_constraint)`,
    )
    const rebuild = count > 20_000
    if (rebuild) for (const { name } of indexes) await client.query(`DROP INDEX "${name}"`)
    const sizes = SIZES.map((size, index) => `(${index}, ${size.cpu}, ${size.memory}, ${size.disk})`).join(', ')
    const kinds = hopeless
      ? `SELECT 'bench${OFFLINERS - 1}' AS type, cpu, memory, disk, '' AS platform, NULL::uuid AS pinned FROM size
         UNION ALL SELECT 'bench' || n, 64, memory, disk, '', NULL FROM size, generate_series(0, ${OFFLINERS - 2}) n
         UNION ALL SELECT 'bench' || n, 1, memory, disk, '${PLATFORM}', NULL FROM size, generate_series(0, ${OFFLINERS - 2}) n WHERE size.cpu = 1
         UNION ALL SELECT 'bench' || n, 1, memory, disk, '', (SELECT id FROM worker WHERE name = 'worker-' || (900 + n))
           FROM size, generate_series(0, ${OFFLINERS - 2}) n WHERE size.cpu = 1`
      : `SELECT 'bench' || n AS type, cpu, memory, disk, '' AS platform, NULL::uuid AS pinned
         FROM size, generate_series(0, ${OFFLINERS - 2}) n`
    await client.query(`
      CREATE TEMP TABLE kind AS
      WITH size (nr, cpu, memory, disk) AS (VALUES ${sizes})
      SELECT row_number() OVER (ORDER BY type, cpu, platform, pinned) - 1 AS nr, * FROM (${kinds}) AS kinds`)
    await client.query(`
      INSERT INTO task_shape (task_type_id, cpu, memory, disk, platform, image, pinned_worker_id)
      SELECT type, cpu, memory, disk, platform, 'openzim/zimit:latest', pinned FROM kind
      ON CONFLICT (task_type_id, cpu, memory, disk, platform, context, image, host, pinned_worker_id) DO UPDATE SET retired_at = NULL`)
    await client.query(
      `INSERT INTO task (id, status, task_type_id, shape_id, image, schedule_name, priority, requested_by, config, cpu, memory, disk,
         platform, expected_seconds, pinned_worker_id, requested_at, updated_at, history)
       SELECT gen_random_uuid(), 'requested', k.type, s.id, s.image, 'seeded-' || n, $2, 'bench',
         json_build_object('params', json_build_object('seeds', 'https://site-' || n || '.example.org/', 'name', 'site_' || n, 'adminEmail',
             'contact+zimfarm@kiwix.org', 'keep', true, 'output', '/output', 'zimit-progress-file', '/output/task_progress.json'),
           'image', json_build_object('name', 'openzim/zimit', 'tag', 'latest'), 'warehousePath', '/other', 'monitor', false,
           'taskType', k.type, 'platform', nullif(k.platform, ''),
           'resources', json_build_object('cpu', k.cpu, 'memory', k.memory, 'disk', k.disk), 'mountPoint', '/output',
           'command', json_build_array('zimit', '--name=site_' || n, '--output=/output'), 'timeLimit', 2678400),
         k.cpu, k.memory, k.disk, nullif(k.platform, ''), 600 + (n::bigint * 7919) % 90000, k.pinned,
         now() - make_interval(secs => n % 86400), now() - make_interval(secs => n % 86400),
         json_build_array(json_build_object('code', 'requested', 'at', now()))
       FROM generate_series(1, $1::int) n
       JOIN kind k ON k.nr = n % (SELECT count(*) FROM kind)
       JOIN task_shape s ON (s.task_type_id, s.cpu, s.memory, s.disk, s.platform) = (k.type, k.cpu, k.memory, k.disk, k.platform)
         AND s.pinned_worker_id IS NOT DISTINCT FROM k.pinned`,
      [count, hopeless ? 10 : 0],
    )
    await client.query(
      `INSERT INTO task_report (task_id, updated_at) SELECT id, now() FROM task ON CONFLICT DO NOTHING`,
    )
    if (rebuild) for (const { definition } of indexes) await client.query(definition)
    await client.query(`INSERT INTO task_count (status, shard, n)
      SELECT status, ('x' || right(id::text, 1))::bit(4)::int, count(*) FROM task GROUP BY 1, 2
      ON CONFLICT (status, shard) DO UPDATE SET n = excluded.n`)
    await client.query('DROP TABLE kind')
    await client.query('VACUUM (ANALYZE) task')
    await client.query('ANALYZE')
  })
}
