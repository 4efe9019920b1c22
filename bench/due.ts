import { JOBS } from '../lib/services/periodic/jobs'
import { openRuntime } from '../lib/services/runtime'
import { createSchedule } from '../lib/services/schedules/create'
import { periodicUntil } from '../worker/dispatcher/periodic'
import { bench } from './lib/frame'

// 10,000 schedules become due in the same minute on a farm of 100,000, with two dispatchers: how long until all are requested, each once.
const DUE = 10_000
const FARM = 100_000

await bench(async (b) => {
  const { ctx } = b
  const second = openRuntime(b.runtime.env, 'second')
  const other = { ...ctx, ...second.context, enqueue: ctx.enqueue }
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
  const loops = [ctx, other].map((one) => periodicUntil(one, stopping.signal, { due_schedules: JOBS.due_schedules }))
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
  await second.close()
  b.row({
    what: `${DUE.toLocaleString('en')} of ${FARM.toLocaleString('en')} schedules due at once, two dispatchers`,
    target: '≤ 5 s, each once',
    figure: `${seconds.toFixed(1)} s, ${tasks} tasks of ${schedules} schedules; ${(seconds / plain).toFixed(1)} × copying the rows`,
    ok: seconds <= 5 && tasks === DUE && schedules === DUE,
  })
})
