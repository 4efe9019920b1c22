import { handleV1 } from '../lib/protocols/zimfarm/v1/handler'
import { bench, type Bench, type Product } from './lib/frame'
import { liveOne, pollPath, tally } from './lib/life'
import { client, quantile, spread, times, type Call } from './lib/measure'
import { seedFarm, seedTasks, withClient, WORKERS } from './lib/seed'

// A Zimfarm worker's poll, and a task's whole life, however many tasks wait: over HTTP from the built product, the poll
// also as a plain function. QUEUE=100,10000 measures shorter queues only.
const POLLS = 600
const AT_ONCE = 4
const LIVES = 400
const ABREAST = 8
const LENGTHS = (process.env.QUEUE ?? '100,10000,1000000').split(',').map(Number)
const HOPELESS = 200_000

await bench(async (b) => {
  const { token } = await seedFarm(b)
  const product = await b.product()
  const overHttp = client(product.port, token)
  const asFunction: Call = async (method, path) => {
    const request = new Request(`http://127.0.0.1${path}`, { method, headers: { authorization: `Bearer ${token}` } })
    const response = await handleV1(b.runtime.context, request, new URL(request.url).pathname.replace('/v1', ''))
    return { status: response.status, body: await response.text() }
  }
  const p99: number[] = []
  const measure = async (what: string, whole: boolean) => {
    p99.push(await polls(b, `poll over HTTP, ${what}`, overHttp, whole))
    await polls(b, `poll as a function, ${what}`, asFunction, whole)
    if (whole) await lives(b, product, what, overHttp)
  }
  let waiting = 0
  for (const length of LENGTHS) {
    await seedTasks(b.url, length - waiting)
    waiting = length
    await measure(`${length.toLocaleString('en')} tasks wait`, length >= 10_000)
  }
  const ratio = (p99.at(-1) ?? 0) / (p99[0] ?? 1)
  b.row({
    what: `p99 of the poll, ${waiting.toLocaleString('en')} tasks against ${LENGTHS[0]}`,
    target: '< 2 ×',
    figure: `${ratio.toFixed(2)} ×`,
    ok: ratio < 2,
  })
  await seedTasks(b.url, Math.min(HOPELESS, waiting), { hopeless: true })
  await measure(`and the first ${Math.min(HOPELESS, waiting).toLocaleString('en')} are for nobody here`, true)
})

async function polls(b: Bench, what: string, call: Call, all: boolean): Promise<number> {
  const poll = async (index: number) => {
    const { status, body } = await call('GET', pollPath(`worker-${(index * 37) % (WORKERS - 100)}`))
    if (status !== 200 || (all && !body.includes('"count":1'))) throw new Error(`a poll was answered ${status} ${body}`)
  }
  const forget = () => withClient(b.url, (database) => database.query('TRUNCATE task_offer'))
  await forget()
  await times(200, AT_ONCE, poll)
  await forget()
  const { each, perSecond } = await times(POLLS, AT_ONCE, poll)
  const worst = quantile(each, 0.99)
  b.row({ what, target: 'p99 ≤ 40 ms', figure: `${spread(each)}, ${perSecond.toFixed(0)}/s`, ok: worst <= 40 })
  await forget()
  return worst
}

async function lives(b: Bench, product: Product, what: string, call: Call): Promise<void> {
  const count = tally()
  await times(40, ABREAST, (index) => liveOne(call, `worker-${index % ABREAST}`, tally()))
  const before = await product.cpuMs()
  let lane = 0
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: ABREAST }, async () => {
      const worker = `worker-${lane++}`
      while (count.lived < LIVES && count.errors.length === 0) await liveOne(call, worker, count)
    }),
  )
  const seconds = (performance.now() - begun) / 1000
  if (count.errors.length > 0) throw new Error(count.errors.slice(0, 3).join('\n'))
  const cpu = ((await product.cpuMs()) - before) / count.lived / 11
  const share = (100 * count.refused) / count.takes
  b.row({
    what: `lives of a task (11 requests), ${ABREAST} workers, ${what}`,
    target: '≥ 50/s',
    figure: `${(count.lived / seconds).toFixed(1)}/s (${cpu.toFixed(2)} ms of the web process a request)`,
    ok: count.lived / seconds >= 50,
  })
  b.row({
    what: `takes refused, ${what}`,
    target: '< 1 %',
    figure: `${share.toFixed(2)} % of ${count.takes}`,
    ok: share < 1,
  })
}
