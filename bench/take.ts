import { Pool } from 'pg'
import { createAccount } from '../lib/services/accounts/create'
import { requestOnce } from '../lib/services/tasks/request'
import { claimTask } from '../lib/services/tasks/take'
import { registerWorker } from '../lib/services/workers/register'
import { bench } from './lib/frame'
import { times } from './lib/measure'

// What requesting and taking a task costs, as a share of what the plain database does: one UPDATE … SKIP LOCKED a transaction.
const TASKS = 2_000
const AT_ONCE = 16

await bench(async (b) => {
  const { ctx } = b
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
  const requests = await times(TASKS, AT_ONCE, async () =>
    ids.push(await requestOnce(ctx, { taskType: 'delayed_add', params: { x: 1, y: 2 } })),
  )
  const takes = await times(TASKS, AT_ONCE, (index) =>
    claimTask(ctx, workers[index % AT_ONCE] ?? { id: '', kind: '' }, ids[index] ?? ''),
  )
  const pool = new Pool({ connectionString: b.url, max: AT_ONCE })
  await pool.query('CREATE TABLE plain AS SELECT id, 0 AS state FROM task')
  await pool.query('CREATE INDEX ON plain (id) WHERE state = 0')
  const plain = await times(TASKS, AT_ONCE, () =>
    pool.query({
      name: 'plain',
      text: 'UPDATE plain SET state = 1 WHERE ctid = (SELECT ctid FROM plain WHERE state = 0 LIMIT 1 FOR UPDATE SKIP LOCKED)',
    }),
  )
  await pool.end()
  const row = (what: string, { perSecond }: { perSecond: number }) =>
    b.row({
      what,
      target: '–',
      figure: `${perSecond.toFixed(0)}/s, ${(plain.perSecond / perSecond).toFixed(1)} plain updates (${plain.perSecond.toFixed(0)}/s)`,
      ok: null,
    })
  row('requests', requests)
  row('takes', takes)
})
