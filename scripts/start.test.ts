import { execFile, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockFolder } from '../worker/agent/lock'

const run = promisify(execFile)
let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'croft-start-'))
})
afterEach(async () => {
  await chmod(home, 0o700).catch(() => undefined)
  await rm(home, { recursive: true, force: true })
})

/** Starts Croft where it cannot start: the exit code and what it said. */
const start = (env: Record<string, string>) =>
  run(process.execPath, ['build/supervisor.mjs'], {
    env: { ...process.env, CROFT_HOME: home, PORT: '0', ...env },
    timeout: 20_000,
  }).then(
    () => ({ code: 0, lines: [] as string[] }),
    (error: { code: number; stderr: string }) => ({ code: error.code, lines: error.stderr.trim().split('\n') }),
  )
const line = (words: string) => ({ code: 1, lines: [expect.stringContaining(words) as unknown] })

it('says in one line that a setting is wrong, without its value', async () => {
  expect(await start({ PORT: 'nonsense' })).toEqual(line('croft: PORT must be a port'))
  const secret = await start({ PORT: '3999', CROFT_SECRET: 'tooshort' })
  expect(secret).toEqual(line('CROFT_SECRET must have at least 32 characters'))
  expect(secret.lines.join()).not.toContain('tooshort')
  expect(await start({ PORT: '3999', S3_URL: 'https://host/' })).toEqual(line('S3_URL must carry keyId'))
  expect(await start({ PORT: '3999', CROFT_NOTICE_ALLOW: 'all' })).toEqual(
    line('CROFT_NOTICE_ALLOW must be CIDR ranges'),
  )
})

it('says that the port is used', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  expect(await start({ PORT: String(port) })).toEqual(line(`port ${port} on 127.0.0.1 is used by another program`))
  server.close()
})

it('says that the database cannot be reached, without its password', async () => {
  const { code, lines } = await start({ PORT: '3998', DATABASE_URL: 'postgresql://croft:hunter22@127.0.0.1:1/croft' })
  expect([code, lines]).toEqual([1, [expect.stringContaining('127.0.0.1:1/croft of DATABASE_URL cannot be reached')]])
  expect(lines.join()).not.toContain('hunter22')
})

it('says that Redis cannot be reached, without its password', async () => {
  const { code, lines } = await start({ PORT: '3995', REDIS_URL: 'redis://:hunter22@127.0.0.1:1' })
  expect([code, lines]).toEqual([1, [expect.stringContaining('127.0.0.1:1 of REDIS_URL cannot be used')]])
  expect(lines.join()).not.toContain('hunter22')
})

it('says that its home cannot be written', async () => {
  const file = join(home, 'a-file')
  await writeFile(file, '')
  expect(await start({ PORT: '3997', CROFT_HOME: join(file, 'inside') })).toEqual(line('cannot be written'))
  if (process.platform === 'linux')
    expect(await start({ PORT: '3997', CROFT_HOME: '/proc/croft/home' })).toEqual(line('cannot be written'))
})

it('says that it runs already with this home', async () => {
  const lock = await lockFolder(home)
  expect(await start({ PORT: '3996' })).toEqual(line('Croft runs already with CROFT_HOME'))
  if ('release' in lock) await lock.release()
})

it('leaves no program behind whose parent was killed before it listened', async () => {
  const agent = spawn(process.execPath, ['build/croft-agent.mjs', 'run'], {
    env: { ...process.env, CROFT_URL: 'http://127.0.0.1:1', CROFT_TOKEN: 'croft_none', CROFT_AGENT_HOME: home },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  agent.disconnect()
  expect(await new Promise((done) => agent.once('exit', done))).toBe(0)
})
