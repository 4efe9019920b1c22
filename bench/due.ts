import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDatabase, startEmbedded } from '../lib/db/embedded'
import { migrate } from '../lib/db/migrate'
import { readEnv } from '../lib/env'
import { SYSTEM, writeTaskTypes } from '../lib/services/farm/prepare'
import { JOBS } from '../lib/services/periodic/jobs'
import { openRuntime } from '../lib/services/runtime'
import { createSchedule } from '../lib/services/schedules/create'
import { periodicUntil } from '../worker/dispatcher/periodic'

// 10,000 schedules become due in the same minute on a farm of 100,000, with two dispatchers: how long until all are requested, each once.
const DUE = 10_000
const FARM = 100_000
const folder = await mkdtemp(join(tmpdir(), 'croft-bench-'))
const server = await startEmbedded(process.cwd(), folder)
await ensureDatabase(server, 'bench')
const url = server.url('bench')
await migrate(process.cwd(), url)
const env = readEnv({ DATABASE_URL: url, CROFT_HOME: folder, CROFT_SECRET: 'x'.repeat(32), LOG_LEVEL: 'silent' })
const runtimes = [openRuntime(env, 'first'), openRuntime(env, 'second')]
const [ctx, ...others] = runtimes.map(({ context }) => ({
  ...context,
  actor: SYSTEM,
  enqueue: () => Promise.resolve(),
}))
if (ctx === undefined) throw new Error('no dispatcher')

try {
  await writeTaskTypes(ctx)
  const params = {
    source: 'https://example.org/x.zip',
    name: 'x',
    title: 'X',
    description: 'X',
    language: 'eng',
    creator: 'X',
  }
  const { id } = await createSchedule(ctx, {
    name: 'pattern',
    taskType: 'zimwriterfs',
    category: 'other',
    language: { code: 'eng', nameEn: 'English', nameNative: 'English' },
    tags: [],
    periodicity: 'manually',
    enabled: true,
    platform: null,
    config: { params, image: null, warehousePath: '/other', monitor: false },
    notification: { ended: { webhook: ['https://example.org/hook'] } },
  })
  const columns = await ctx.db.$queryRaw<{ names: string }[]>`
    SELECT string_agg(quote_ident(column_name), ', ') AS names FROM information_schema.columns
    WHERE table_name = 'schedule' AND column_name NOT IN ('id', 'name', 'periodicity', 'config')`
  await ctx.db.$executeRawUnsafe(
    `INSERT INTO schedule (id, name, periodicity, config, ${columns[0]?.names})
     SELECT gen_random_uuid(), 'schedule-' || n, CASE WHEN n % ${FARM / DUE} = 0 THEN 'monthly' ELSE 'manually' END,
       replace(config::text, 'example.org', 'site-' || n || '.example.org')::json, ${columns[0]?.names}
     FROM schedule, generate_series(1, ${FARM}) AS n WHERE id = $1::uuid`,
    id,
  )
  await ctx.db.$executeRaw`ANALYZE`
  const stopping = new AbortController()
  const begun = performance.now()
  const loops = [ctx, ...others].map((one) =>
    periodicUntil(one, stopping.signal, { due_schedules: JOBS.due_schedules }),
  )
  let ended = null
  while (ended === null) {
    await new Promise((done) => setTimeout(done, 50))
    const job = await ctx.db.periodicJob.findUnique({ where: { name: 'due_schedules' } })
    if ((job?.runs ?? 0) > 0) ended = performance.now()
  }
  stopping.abort()
  await Promise.all(loops)
  const [{ tasks = 0, schedules = 0 } = {}] = await ctx.db.$queryRaw<{ tasks: number; schedules: number }[]>`
    SELECT count(*)::int AS tasks, count(DISTINCT schedule_id)::int AS schedules FROM task`
  const seconds = (ended - begun) / 1000
  const rows = Array.from({ length: DUE }, (_, n) => n)
  const plainBegun = performance.now()
  await ctx.db.$executeRaw`CREATE TABLE plain AS SELECT * FROM task LIMIT 0`
  for (let from = 0; from < DUE; from += 250)
    await ctx.db.$executeRaw`INSERT INTO plain SELECT * FROM task ORDER BY id OFFSET ${rows[from] ?? 0} LIMIT 250`
  const plain = (performance.now() - plainBegun) / 1000
  console.log(
    `due: ${DUE} of ${FARM} schedules, two dispatchers: ${tasks} tasks of ${schedules} schedules in ${seconds.toFixed(1)} s ` +
      `(at most 5; ${(seconds / plain).toFixed(0)} times copying the rows in the plain database)`,
  )
  if (tasks !== DUE || schedules !== DUE) process.exitCode = 1
} finally {
  for (const runtime of runtimes) await runtime.close()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
