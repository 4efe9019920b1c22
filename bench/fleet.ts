import { bench } from './lib/frame'
import { liveOne, pollPath, ROOM, tally } from './lib/life'
import { client, quantile, spread } from './lib/measure'
import { seedFarm, seedTasks, withClient, WORKERS } from './lib/seed'

// 1,000 workers at their usual rates while 10 tasks a second run: Zimfarm's check in once and poll every 180 s; ours wait in
// long polls, and those that have a task renew its lease every 3 s. Time is not compressed: a window of the day is measured.
const SECONDS = 60
const AGENTS = 200
const BUSY = 100
const PER_SECOND = 10
/** The answer to a take that another worker was quicker for; no error, but to be rare. */
const REFUSED = 423
/** Workers that live tasks; the others of Zimfarm's kind are told of one and do not take it. */
const LIVING = 8

await bench(async (b) => {
  const { token } = await seedFarm(b)
  await seedTasks(b.url, 20_000)
  await withClient(b.url, (database) =>
    database.query(
      `UPDATE worker SET kind = 'agent', task_types = '{}' WHERE substr(name, 8)::int >= ${WORKERS - AGENTS}`,
    ),
  )
  const product = await b.product()
  const call = client(product.port, token, 512)
  const took: number[] = []
  const waited: number[] = []
  const errors: string[] = []
  const ask = async (method: string, path: string, body?: unknown, list = took) => {
    const from = performance.now()
    const answer = await call(method, path, body)
    list.push(performance.now() - from)
    if (answer.status >= 300 && answer.status !== REFUSED)
      errors.push(`${method} ${path}: ${answer.status} ${answer.body.slice(0, 200)}`)
    return answer
  }
  const begun = performance.now()
  const passed = () => performance.now() - begun
  const until = (ms: number) => new Promise((done) => setTimeout(done, Math.max(0, ms - passed())))
  const running: Promise<unknown>[] = []
  const zimfarm = WORKERS - AGENTS
  for (let index = LIVING; index < zimfarm; index++) {
    const worker = `worker-${index}`
    // All start within the window, as after a stop of the farm; then each polls once in it, a share of them twice.
    running.push(
      (async () => {
        const start = (index / zimfarm) * SECONDS * 1000
        await until(start)
        const told = { username: 'bench', ...ROOM, offliners: ['bench1', 'bench2'], selfish: false, platforms: {} }
        await ask('PUT', `/v1/workers/${worker}/check-in`, told)
        await ask('GET', pollPath(worker))
        if (index % 3 === 0) {
          await until(Math.min(start + 30_000, SECONDS * 1000))
          await ask('GET', pollPath(worker))
        }
      })(),
    )
  }
  for (let index = zimfarm; index < WORKERS; index++) {
    const worker = `worker-${index}`
    const busy = index < zimfarm + BUSY
    running.push(
      (async () => {
        await until(((index - zimfarm) / AGENTS) * 3_000)
        while (passed() < SECONDS * 1000) {
          if (busy) {
            await ask('POST', `/api/farm/workers/${worker}/heartbeat`, { held: [] })
            await new Promise((done) => setTimeout(done, 3_000))
          } else {
            await ask('POST', `/api/farm/workers/${worker}/leases`, { available: ROOM, wait: 25 }, waited)
          }
        }
      })(),
    )
  }
  const lives = tally()
  const timed = (method: string, path: string, body?: unknown) => ask(method, path, body)
  let next = 0
  for (let lane = 0; lane < LIVING; lane++) {
    running.push(
      (async () => {
        for (let index = next++; index < PER_SECOND * SECONDS; index = next++) {
          await until((index * 1000) / PER_SECOND)
          await liveOne(timed, `worker-${lane}`, lives)
        }
      })(),
    )
  }
  await Promise.all(running)
  const worst = quantile(took, 0.99)
  b.row({
    what: `${took.length.toLocaleString('en')} calls of ${WORKERS} workers in ${SECONDS} s, ${(lives.lived / SECONDS).toFixed(1)} tasks/s`,
    target: 'p99 ≤ 150 ms',
    figure: spread(took),
    ok: worst <= 150 && lives.lived >= PER_SECOND * SECONDS * 0.97,
  })
  const wrong = errors.length + lives.errors.length
  b.row({
    what: 'errors',
    target: '0',
    figure: wrong === 0 ? '0' : `${wrong}: ${errors[0] ?? lives.errors[0]}`,
    ok: wrong === 0,
  })
  b.row({
    what: 'takes refused',
    target: '< 1 %',
    figure: `${((100 * lives.refused) / lives.takes).toFixed(2)} % of ${lives.takes}`,
    ok: lives.refused < lives.takes / 100,
  })
  b.say(`${waited.length} long polls, ${(await product.cpuMs()) / 1000} s of the web process`)
})
