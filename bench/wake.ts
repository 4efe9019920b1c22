import { SYSTEM } from '../lib/services/farm/prepare'
import { requestOnce } from '../lib/services/tasks/request'
import { bench } from './lib/frame'
import { ROOM } from './lib/life'
import { client, quantile, spread } from './lib/measure'
import { seedFarm, withClient } from './lib/seed'

// From the commit of a request, in another process, to the answer of an agent's long poll over HTTP.
const AGENTS = 50
const SECONDS = 10
/** Tasks before the first that counts, so that the process is warm and each agent has had some. */
const WARM_UP = 200

await bench(async (b) => {
  const { token } = await seedFarm(b)
  await withClient(b.url, (database) =>
    database.query(`UPDATE worker SET kind = 'agent', task_types = ARRAY['bench1']`),
  )
  const product = await b.product()
  const call = client(product.port, token, AGENTS * 2)
  const committed = new Map<string, number>()
  const answered = new Map<string, number>()
  const errors: string[] = []
  let over = false
  const agent = async (name: string) => {
    while (!over) {
      const { status, body } = await call('POST', `/api/farm/workers/${name}/leases`, { available: ROOM, wait: 5 })
      const at = performance.now()
      if (status !== 200) {
        errors.push(`${status} ${body.slice(0, 200)}`)
        return
      }
      const { lease } = JSON.parse(body) as { lease: { task: { id: string }; fence: number } | null }
      if (lease === null) continue
      answered.set(lease.task.id, at)
      const { fence } = lease
      const start = await call('POST', `/api/farm/tasks/${lease.task.id}/start`, { fence })
      const outcome = { fence, outcome: 'succeeded', exitCode: 0 }
      const told = await call('POST', `/api/farm/tasks/${lease.task.id}/outcome`, outcome)
      for (const answer of [start, told])
        if (answer.status >= 300) errors.push(`${answer.status} ${answer.body.slice(0, 200)}`)
    }
  }
  const agents = Array.from({ length: AGENTS }, (_, index) => agent(`worker-${index}`))
  const ctx = { ...b.ctx, actor: SYSTEM }
  const requestAt = async (perSecond: number, count: number) => {
    committed.clear()
    answered.clear()
    const pending: Promise<unknown>[] = []
    const begun = performance.now()
    for (let index = 0; index < count; index++) {
      const due = begun + (index * 1000) / perSecond
      await new Promise((done) => setTimeout(done, Math.max(0, due - performance.now())))
      const request = requestOnce(ctx, { taskType: 'bench1', params: { name: 'x', seeds: 'https://example.org/' } })
      pending.push(request.then((id) => committed.set(id, performance.now())))
    }
    await Promise.all(pending)
    await new Promise((done) => setTimeout(done, 1_000))
    if (errors.length > 0) throw new Error(errors.slice(0, 3).join('\n'))
  }
  await requestAt(50, WARM_UP)
  for (const perSecond of [10, 100]) {
    await requestAt(perSecond, perSecond * SECONDS)
    const waits = [...committed].flatMap(([id, at]) => {
      const end = answered.get(id)
      return end === undefined ? [] : [Math.max(0, end - at)]
    })
    b.row({
      what: `request committed → long poll answered, ${perSecond} tasks/s, ${AGENTS} agents wait`,
      target: 'p50 ≤ 8 ms, p99 ≤ 40 ms',
      figure: `${spread(waits)}; ${waits.length} of ${committed.size} answered`,
      ok: quantile(waits, 0.5) <= 8 && quantile(waits, 0.99) <= 40 && waits.length === committed.size,
    })
  }
  over = true
  await Promise.all(agents)
})
