import { spawn } from 'node:child_process'
import { Redis } from 'ioredis'
import { freePort } from '#lib/db/embedded'

/** A real Redis server that keeps nothing; `npm test` installs it. */
export async function testRedis(): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort()
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: 'ignore' },
  )
  const ended = new Promise<void>((done, fail) => {
    server.once('exit', () => done())
    server.once('error', () => fail(new Error('redis-server is not installed: run npm test, which installs it')))
  })
  const url = `redis://127.0.0.1:${port}`
  const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
  client.on('error', () => undefined)
  await Promise.race([client.ping(), ended])
  client.disconnect()
  return {
    url,
    stop: async () => {
      server.kill('SIGTERM')
      await ended
    },
  }
}
