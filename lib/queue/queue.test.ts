import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { testDatabase } from '#lib/testing/database'
import { testRedis } from '#lib/testing/redis'
import { openQueues, type QueueBackend } from './connect'

const log = { warn: () => undefined }
const WAYS: Record<string, () => Promise<{ backend: QueueBackend; close: () => Promise<void> }>> = {
  PostgreSQL: async () => {
    const database = await testDatabase()
    return { backend: { kind: 'postgres', url: database.url }, close: database.drop }
  },
  Redis: async () => {
    const redis = await testRedis()
    return { backend: { kind: 'redis', url: redis.url }, close: redis.stop }
  },
}

describe.each(Object.entries(WAYS))('the queue on %s', (_, open) => {
  let opened: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.close())

  it('brings each job to one of two dispatchers', async () => {
    const [first, second] = [openQueues(opened.backend, log), openQueues(opened.backend, log)]
    const seen: string[] = []
    const take = ({ noticeId }: { noticeId: string }) => {
      seen.push(noticeId)
      return Promise.resolve()
    }
    const workers = [first.work('notice', 5, take), second.work('notice', 5, take)]
    const ids = Array.from({ length: 40 }, () => randomUUID())
    for (const noticeId of ids) await first.enqueue({ queue: 'notice', payload: { noticeId } })
    await vi.waitFor(() => expect([...seen].sort()).toEqual([...ids].sort()), { timeout: 20_000 })
    await Promise.all(workers.map((worker) => worker.stop()))
    await Promise.all([first.close(), second.close()])
  })

  it('holds a job that is enqueued twice once, and takes it again after it is done or has failed', async () => {
    const queues = openQueues(opened.backend, log)
    const taskId = randomUUID()
    const job = { queue: 'in_process', payload: { taskId } } as const
    await queues.enqueue(job)
    await queues.enqueue(job)
    expect((await queues.depth()).in_process).toBe(1)
    let runs = 0
    const worker = queues.work('in_process', 1, () => {
      runs += 1
      return runs === 1 ? Promise.reject(new Error('broken')) : Promise.resolve()
    })
    await vi.waitFor(async () => expect([runs, (await queues.depth()).in_process]).toEqual([1, 0]), { timeout: 20_000 })
    await queues.enqueue(job)
    await vi.waitFor(() => expect(runs).toBe(2), { timeout: 20_000 })
    await worker.stop()
    await queues.close()
  })
})

it('says so when the backend does not answer', async () => {
  const queues = openQueues({ kind: 'redis', url: 'redis://127.0.0.1:1' }, log)
  await expect(queues.enqueue({ queue: 'notice', payload: { noticeId: randomUUID() } })).rejects.toThrow()
  await queues.close()
})
