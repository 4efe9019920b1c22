import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const run = promisify(execFile)
let folder = ''
beforeAll(async () => {
  await run(process.execPath, ['scripts/build.mjs'])
  folder = await mkdtemp(join(tmpdir(), 'croft-bundle-'))
  for (const name of ['croft-agent.mjs', 'croft.mjs']) await copyFile(join('build', name), join(folder, name))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const start = (name: string, args: string[], env: Record<string, string> = {}, input = '') => {
  const running = run(process.execPath, [join(folder, name), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, ...env } as unknown as NodeJS.ProcessEnv,
  })
  running.child.stdin?.end(input)
  return running.then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}

it.each(['croft-agent.mjs', 'croft.mjs'])(
  '%s runs alone in an empty folder, and has never met Prisma or Next',
  async (name) => {
    expect((await start(name, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect((await start(name, ['--help'])).stdout).toContain('Usage:')
    expect(await readFile(join(folder, name), 'utf8')).not.toMatch(/PrismaClient|next\/dist/)
  },
)

it.each([
  [{}, 'CROFT_TOKEN must be set'],
  [{ CROFT_TOKEN: 'x', CROFT_URL: 'nonsense' }, 'CROFT_URL must be'],
  [{ CROFT_TOKEN: 'x', CROFT_AGENT_CPUS: 'many' }, 'CROFT_AGENT_CPUS'],
  [{ CROFT_TOKEN: 'x', CROFT_AGENT_MEMORY: 'lots' }, 'CROFT_AGENT_MEMORY must be bytes'],
  [{ CROFT_TOKEN: 'x', CROFT_AGENT_NAME: 'a b' }, 'CROFT_AGENT_NAME must have'],
] as [Record<string, string>, string][])('the agent refuses %o in one line', async (env, words) => {
  const { code, stderr } = await start('croft-agent.mjs', ['run'], env)
  expect([code, stderr.trim().split('\n')]).toEqual([1, [expect.stringContaining(words)]])
})

it('the command line says what is wrong in one line', async () => {
  const away = await start('croft.mjs', ['tasks', 'list'], { CROFT_URL: 'http://127.0.0.1:1' })
  expect([away.code, away.stderr.trim().split('\n').length]).toEqual([4, 1])
  expect((await start('croft.mjs', ['tasks', 'list', '--status', 'nonsense'])).code).toBe(2)
  expect((await start('croft.mjs', ['nonsense'])).code).toBe(2)
})

it('signs in with what is piped to it, and says what it misses', async () => {
  const login = (input: string) => start('croft.mjs', ['login'], { CROFT_URL: 'http://127.0.0.1:1' }, input)
  expect(await login('')).toMatchObject({ code: 1, stderr: expect.stringContaining('as two lines') as unknown })
  expect(await login('admin\n')).toMatchObject({ code: 1, stderr: expect.stringContaining('as two lines') as unknown })
  expect(await login('admin\na password\n')).toMatchObject({ code: 4 })
})

it('the SFTP receiver starts as node runs it, and says in one line what it lacks', async () => {
  const env = { PATH: process.env.PATH ?? '' } as unknown as NodeJS.ProcessEnv
  const { code, stderr } = await run(process.execPath, ['build/receiver.mjs'], { env }).then(
    () => ({ code: 0, stderr: '' }),
    (error: { code: number; stderr: string }) => error,
  )
  expect([code, stderr]).toEqual([1, 'croft: CROFT_SFTP_PORT must be set to run the SFTP receiver\n'])
})
