import { createPostgresBackend, Queue, Worker, withBackend, type ConnectionOptions, type Processor } from 'bullmq'
import { Redis } from 'ioredis'
import { QUEUES, type Enqueue, type Payload, type QueueName } from './jobs'

export type QueueBackend = { kind: 'redis'; url: string } | { kind: 'postgres'; url: string }
export type JobQueues = {
  enqueue: Enqueue
  /** Starts a BullMQ worker; give back its stop. A processor that throws leaves the job failed: the sweep finds the work. */
  work: <Q extends QueueName>(
    queue: Q,
    concurrency: number,
    process: (payload: Payload<Q>) => Promise<void>,
  ) => { stop: () => Promise<void> }
  /** Jobs that wait, by queue. @throws when the backend does not answer */
  depth: () => Promise<Record<QueueName, number>>
  close: () => Promise<void>
}

/** The jobs' own schema in the database, beside Croft's tables. */
const SCHEMA = 'bullmq'
const names = Object.keys(QUEUES) as QueueName[]
const OPTIONS = { removeOnComplete: true, removeOnFail: true } as const
type Logger = { warn: (data: object, message: string) => void }
type Complain = (error: Error) => void

/** How often a backend that is away is told of, in milliseconds: each of its many connections complains at each try. */
const COMPLAIN_MS = 30_000
function complaints(log: Logger): Complain {
  let last = -Infinity
  return (error) => {
    const now = performance.now()
    if (now - last < COMPLAIN_MS) return
    last = now
    log.warn({ why: error.message }, 'the queue does not answer')
  }
}

/** @throws when Redis cannot be reached or refuses the sign-in */
export async function pingRedis(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 5_000, retryStrategy: () => null })
  let why: Error | undefined
  redis.on('error', (error: Error) => {
    why ??= error
  })
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    throw why ?? error
  } finally {
    redis.disconnect()
  }
}

/** BullMQ on Redis or on PostgreSQL; nothing is opened before the first job. */
export function openQueues(backend: QueueBackend, log: Logger): JobQueues {
  const complain = complaints(log)
  const open = backend.kind === 'redis' ? onRedis(backend.url, complain) : onPostgres(backend.url)
  const queues = new Map<QueueName, Queue>()
  const queueOf = (name: QueueName) => {
    const known = queues.get(name)
    if (known !== undefined) return known
    const queue = open.queue(name)
    queue.on('error', complain)
    queues.set(name, queue)
    return queue
  }
  const key = (payload: object) => Object.values(payload).join('-')
  return {
    async enqueue({ queue, payload }) {
      await within(5_000, queueOf(queue).add(queue, payload, { ...OPTIONS, jobId: key(payload) }))
    },
    work(name, concurrency, process) {
      const schema = QUEUES[name]
      const worker = open.worker(name, concurrency, async (job) =>
        process(schema.parse(job.data) as Payload<typeof name>),
      )
      worker.on('error', complain)
      worker.on('failed', (job, error) =>
        log.warn({ err: error, queue: name, job: job?.id }, 'a job failed; the sweep will try again'),
      )
      return { stop: () => worker.close() }
    },
    async depth() {
      const counts = await within(
        5_000,
        Promise.all(names.map((name) => queueOf(name).getJobCountByTypes('wait', 'active', 'delayed'))),
      )
      return Object.fromEntries(names.map((name, index) => [name, counts[index] ?? 0])) as Record<QueueName, number>
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      await open.close()
    },
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the queue did not answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

type Opened = {
  queue: (name: QueueName) => Queue
  worker: (name: QueueName, concurrency: number, process: Processor) => Worker
  close: () => Promise<void>
}

function onPostgres(url: string): Opened {
  const classes = withBackend(createPostgresBackend)
  const connection = { connectionString: url, schema: SCHEMA, migrate: true }
  return {
    queue: (name) => new classes.Queue(name, { connection }) as unknown as Queue,
    worker: (name, concurrency, process) =>
      new classes.Worker(name, process as never, { connection, concurrency }) as unknown as Worker,
    close: () => Promise.resolve(),
  }
}

function onRedis(url: string, complain: Complain): Opened {
  const opened: Redis[] = []
  const connect = (blocking: boolean): ConnectionOptions => {
    const redis = new Redis(url, { maxRetriesPerRequest: blocking ? null : 3, lazyConnect: true })
    redis.on('error', complain)
    opened.push(redis)
    return redis
  }
  return {
    queue: (name) => new Queue(name, { connection: connect(false), prefix: 'croft' }),
    worker: (name, concurrency, process) =>
      new Worker(name, process, { connection: connect(true), concurrency, prefix: 'croft' }),
    close: async () => {
      await Promise.all(opened.map((redis) => redis.quit().catch(() => redis.disconnect())))
    },
  }
}
