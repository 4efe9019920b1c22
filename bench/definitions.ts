import type { TaskTypeDefinition } from '../lib/core/task-type'
import { recheckAll } from '../lib/services/task-types/recheck'
import { addTaskType, postVersion } from '../lib/services/task-types/versions'
import { bench } from './lib/frame'

// How long it takes until all schedules of a changed definition are checked again, half of them now invalid, beside what the
// plain database needs to write as many complaints in one statement.
const SCHEDULES = 100_000

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return (performance.now() - begun) / 1000
}
const definition = (maxLength: number): TaskTypeDefinition => ({
  id: 'many',
  title: 'Many',
  description: '',
  executor: 'container',
  executable: 'many2zim',
  mountPoint: '/output',
  timeLimit: 3600,
  resources: { cpu: 1, memory: 2 ** 30, disk: 2 ** 30 },
  offliner: true,
  similarity: [{ key: 'site', transformers: [{ name: 'hostname' }] }],
  fields: [
    { key: 'site', type: 'url', label: 'Site', description: '', required: true },
    { key: 'title', type: 'text', label: 'Title', description: '', maxLength, pattern: { source: '^[A-Za-z0-9 ]+$' } },
    ...Array.from({ length: 20 }, (_, n) => ({ key: `p${n}`, type: 'text' as const, label: '', description: '' })),
  ],
})

await bench(async (b) => {
  let clock: Date | null = null
  const ctx = { ...b.ctx, now: () => clock ?? new Date() }
  await addTaskType(ctx, { definition: definition(30), version: '1' })
  await ctx.db.$executeRaw`
    INSERT INTO schedule (id, name, task_type_id, definition_version, category, language_code, language_name_en, language_native,
      tags, periodicity, enabled, config, cpu, memory, disk)
    SELECT gen_random_uuid(), 'schedule-' || n, 'many', '1', 'other', 'eng', 'English', 'English', '{}', 'manually', true,
      json_build_object('params', json_build_object('site', 'https://s' || n % 1000 || '.org/',
        'title', CASE WHEN n % 2 = 0 THEN 'Short' ELSE 'A rather long title' END, 'p1', 'x', 'p2', 'y', 'p3', 'z'),
        'image', NULL, 'warehousePath', '/other', 'monitor', false), 1, 1073741824, 1073741824
    FROM generate_series(1, ${SCHEDULES}) n`
  await ctx.db.$executeRaw`ANALYZE schedule`
  await postVersion(ctx, { taskType: 'many', version: '1', definition: definition(10) })
  clock = new Date(Date.now() + 10_000)
  let checked = 0
  const took = await seconds(async () => {
    checked = (await recheckAll(ctx, () => Promise.resolve(true))).checked ?? 0
  })
  const [counted] = await ctx.db.$queryRaw<{ n: bigint }[]>`SELECT count(invalid) AS n FROM schedule`
  const plain = await seconds(
    () => ctx.db.$executeRaw`
    UPDATE schedule SET invalid = '{"config.params.title": ["must not be longer than 5 characters; it has 19"]}', similarity = ARRAY['site=x']`,
  )
  b.row({
    what: `${checked.toLocaleString('en')} schedules checked against a changed definition (${counted?.n ?? 0} invalid)`,
    target: 'tens of seconds',
    figure: `${took.toFixed(1)} s, ${(took / plain).toFixed(1)} × writing as many complaints (${plain.toFixed(1)} s)`,
    ok: took < 100,
  })
})
