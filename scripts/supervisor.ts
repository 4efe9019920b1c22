import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import { ensureDatabase, startEmbedded } from '../lib/db/embedded'
import { migrate } from '../lib/db/migrate'
import { BadSettings, readEnv, type Env } from '../lib/env'
import {
  ensureAdministrator,
  localAgentToken,
  setAdministratorPassword,
  SYSTEM,
  writeDemo,
  writeTaskTypes,
} from '../lib/services/farm/prepare'
import { pingRedis } from '../lib/queue/connect'
import { openRuntime } from '../lib/services/runtime'
import { lockFolder } from '../worker/agent/lock'

const root = process.cwd()
/** `npm run dev`: Next's development server, and programs that restart when their bundle changes. */
const dev = process.argv.includes('--dev')
const say = (text: string) => process.stdout.write(`${text}\n`)
/** A reason not to start: one line that says what to do. */
class CannotStart extends Error {
  override readonly name = 'CannotStart'
}

type Part = { name: string; stop: () => Promise<void> }
/** What can be stopped, in the order in which it was started. */
const parts: Part[] = []
let stopping = false

async function stopAll(code: number): Promise<never> {
  stopping = true
  for (const part of parts.reverse())
    await part.stop().catch((error: unknown) => say(`${part.name} did not stop well: ${String(error)}`))
  process.exit(code)
}

async function secretOf(home: string, name: string, make: () => string | Promise<string>): Promise<string> {
  const path = join(home, name)
  const known = await readFile(path, 'utf8').catch(() => null)
  if (known !== null) return known.trim()
  const value = await make()
  await writeFile(path, value, { mode: 0o600 })
  return value
}

/** Makes a folder and those above it. Node's own `recursive` never ends where a file system refuses, as /proc does. */
async function makeFolder(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 })
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return
    if (error.code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await make()
  })
}

async function takeHome(env: Env): Promise<void> {
  try {
    await makeFolder(env.CROFT_HOME)
    accessSync(env.CROFT_HOME, constants.W_OK | constants.X_OK)
    await writeFile(join(env.CROFT_HOME, '.writable'), '')
  } catch {
    throw new CannotStart(
      `CROFT_HOME ${env.CROFT_HOME} cannot be written: give it to this user, or set CROFT_HOME to another folder`,
    )
  }
  const lock = await lockFolder(env.CROFT_HOME)
  if ('heldBy' in lock)
    throw new CannotStart(
      `Croft runs already with CROFT_HOME ${env.CROFT_HOME} (process ${lock.heldBy}): stop it first, or set CROFT_HOME to another folder`,
    )
  parts.push({ name: 'the lock', stop: lock.release })
}

function checkPort(env: Env, setting: 'PORT' | 'CROFT_SFTP_PORT'): Promise<void> {
  const port = env[setting]
  if (port === undefined) return Promise.resolve()
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const { PORT, HOST } = env
      const why =
        error.code === 'EADDRINUSE'
          ? 'is used by another program: stop it, or set PORT to another number'
          : error.code === 'EACCES'
            ? 'may not be used by this user: set PORT to another number'
            : `cannot be used (${error.code}): set HOST to an address of this machine`
      fail(new CannotStart(`port ${PORT} on ${HOST} ${why}`))
    })
    server.listen(port, env.HOST, () => server.close(() => done()))
  })
}

async function database(env: Env): Promise<string> {
  if (env.DATABASE_URL !== undefined) {
    const { host, pathname } = new URL(env.DATABASE_URL)
    const client = new Client({ connectionString: env.DATABASE_URL, connectionTimeoutMillis: 5_000 })
    try {
      await client.connect()
      await client.end()
    } catch (error) {
      throw new CannotStart(
        `the database ${host}${pathname} of DATABASE_URL cannot be reached (${error instanceof Error ? error.message || error.name : String(error)}): start it, or correct DATABASE_URL`,
      )
    }
    return env.DATABASE_URL
  }
  say('starting PostgreSQL …')
  const server = await startEmbedded(root, join(env.CROFT_HOME, 'postgres'))
  parts.push({ name: 'PostgreSQL', stop: server.stop })
  void server.ended.then(() => {
    if (stopping) return
    say('PostgreSQL ended by itself; stopping')
    void stopAll(1)
  })
  await ensureDatabase(server, 'croft')
  return server.url('croft')
}

async function checkRedis(env: Env): Promise<void> {
  if (env.REDIS_URL === undefined) return
  await pingRedis(env.REDIS_URL).catch((error: unknown) => {
    throw new CannotStart(
      `the Redis ${new URL(env.REDIS_URL ?? '').host} of REDIS_URL cannot be used (${error instanceof Error ? error.message : String(error)}): start it, or correct REDIS_URL`,
    )
  })
}

/** Runs a program for as long as Croft runs: one that ends by itself is started again, later each time. */
function keep(name: string, args: string[], env: NodeJS.ProcessEnv): void {
  let child: ChildProcess | null = null
  let delay = 250
  let over: Promise<unknown> = Promise.resolve()
  const start = () => {
    const begun = Date.now()
    child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    over = new Promise((done) => child?.once('exit', done))
    child.once('exit', (code, signal) => {
      if (stopping) return
      delay = Date.now() - begun > 30_000 ? 250 : Math.min(delay * 2, 10_000)
      say(`${name} ended (${signal ?? `exit code ${code}`}); starting it again`)
      setTimeout(() => {
        if (!stopping) start()
      }, delay)
    })
  }
  start()
  parts.push({
    name,
    stop: async () => {
      child?.kill('SIGTERM')
      const late = setTimeout(() => child?.kill('SIGKILL'), 12_000)
      if (child?.exitCode === null && child.signalCode === null) await over
      clearTimeout(late)
    },
  })
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => null)
    if (response?.ok === true) return
    await wait(100)
  }
}

async function main(): Promise<void> {
  const begun = Date.now()
  const env = readEnv(process.env)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) return
      say('\nstopping …')
      void stopAll(0)
    })
  }
  await takeHome(env)
  await checkPort(env, 'PORT')
  await checkPort(env, 'CROFT_SFTP_PORT')
  const secret =
    env.CROFT_SECRET ?? (await secretOf(env.CROFT_HOME, 'secret', () => randomBytes(32).toString('base64url')))
  await checkRedis(env)
  const databaseUrl = await database(env)
  const applied = await migrate(root, databaseUrl)
  if (applied.length > 0) say(`applied ${applied.length} migration${applied.length > 1 ? 's' : ''}`)

  const address = env.CROFT_URL ?? `http://${env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST}:${env.PORT}`
  const settings = { ...env, DATABASE_URL: databaseUrl, CROFT_SECRET: secret }
  const prepared = openRuntime({ ...settings, LOG_LEVEL: 'warn' }, 'start')
  const ctx = { ...prepared.context, actor: SYSTEM }
  await writeTaskTypes(ctx)
  const admin = await ensureAdministrator(ctx, {
    username: env.CROFT_ADMIN_USERNAME,
    password: env.CROFT_ADMIN_PASSWORD ?? null,
  })
  if (env.CROFT_ADMIN_PASSWORD !== undefined && admin.password === null) {
    await setAdministratorPassword(ctx, { username: env.CROFT_ADMIN_USERNAME, password: env.CROFT_ADMIN_PASSWORD })
  }
  if (env.CROFT_DEMO === 'on') await writeDemo(ctx)
  const token =
    env.CROFT_AGENT === 'on' ? await secretOf(env.CROFT_HOME, 'agent-token', () => localAgentToken(ctx)) : null
  await prepared.close()

  const childEnv: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    CROFT_SECRET: secret,
    CROFT_HOME: env.CROFT_HOME,
    NEXTAUTH_SECRET: secret,
    NODE_ENV: dev ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    ...(env.CROFT_URL === undefined ? { AUTH_TRUST_HOST: 'true' } : { NEXTAUTH_URL: env.CROFT_URL }),
  }
  const watching = dev ? ['--watch'] : []
  const next = ['node_modules/next/dist/bin/next', 'dev', '-p', String(env.PORT), '-H', env.HOST]
  keep('the web process', ['--import', join(root, 'scripts/parent-watch.mjs'), ...(dev ? next : ['build/web.mjs'])], {
    ...childEnv,
    PORT: String(env.PORT),
    HOST: env.HOST,
  })
  keep('the dispatcher', [...watching, 'build/dispatcher.mjs'], childEnv)
  if (env.CROFT_SFTP_PORT !== undefined) keep('the SFTP receiver', [...watching, 'build/receiver.mjs'], childEnv)
  const local = `http://${env.HOST === '0.0.0.0' || env.HOST === '::' ? '127.0.0.1' : env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST}:${env.PORT}`
  await answers(`${local}/healthz`)
  if (token !== null) {
    const { PATH, HOME, LANG } = process.env
    keep('the local agent', [...watching, 'build/croft-agent.mjs', 'run'], {
      NODE_ENV: 'production',
      PATH,
      HOME,
      LANG,
      LOG_LEVEL: env.LOG_LEVEL,
      CROFT_URL: local,
      CROFT_TOKEN: token,
      CROFT_AGENT_NAME: 'local',
      CROFT_AGENT_HOME: join(env.CROFT_HOME, 'agent'),
      CROFT_AGENT_SOURCES: `handbook=${join(root, 'docs')},nextjs=${join(root, 'node_modules/next/dist/docs')}`,
    })
  }
  say('')
  say(`Croft runs at ${address}  (ready after ${((Date.now() - begun) / 1000).toFixed(1)} s)`)
  if (admin.password !== null && env.CROFT_ADMIN_PASSWORD === undefined) {
    say(`Sign in as ${admin.username} with the password ${admin.password}`)
    say('It is shown this once; keep it. Ctrl-C stops Croft.')
  } else {
    say(`Sign in as ${admin.username}. Ctrl-C stops Croft.`)
  }
  say('')
}

main().catch(async (error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(
    `croft: ${error instanceof BadSettings || error instanceof CannotStart ? message : `could not start: ${message.split('\n')[0]}`}\n`,
  )
  await stopAll(1)
})
