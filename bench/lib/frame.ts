import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDatabase, freePort, startEmbedded } from '../../lib/db/embedded'
import { migrate } from '../../lib/db/migrate'
import { readEnv } from '../../lib/env'
import type { Context } from '../../lib/services/context'
import { SYSTEM, writeTaskTypes } from '../../lib/services/farm/prepare'
import { openRuntime, type Runtime } from '../../lib/services/runtime'
import { ensureBuild } from '../../scripts/setup.mjs'

/** One line of the table: what was measured, what it should be, what it was. */
export type Row = { what: string; target: string; figure: string; ok: boolean | null; ratio?: string }

export type Bench = {
  /** The database server: the one that comes with Croft, as `npm start` runs it. */
  url: string
  runtime: Runtime
  ctx: Context
  secret: string
  row: (row: Row) => void
  say: (text: string) => void
  /** Starts the built web process on this database, and stops it when the bench ends. */
  product: () => Promise<Product>
}
export type Product = { address: string; port: number; cpuMs: () => Promise<number> }

/** Runs a bench in an empty farm of its own; what it found goes to `scripts/bench.mjs` by a file. */
export async function bench(work: (bench: Bench) => Promise<void>): Promise<never> {
  const folder = await mkdtemp(join(tmpdir(), 'croft-bench-'))
  const ends: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  const rows: Row[] = []
  const say = (text: string) => process.stdout.write(`  ${text}\n`)
  let failed = false
  try {
    const server = await startEmbedded(process.cwd(), join(folder, 'postgres'))
    ends.push(server.stop)
    await ensureDatabase(server, 'bench')
    const url = server.url('bench')
    await migrate(process.cwd(), url)
    const secret = 'a secret for measuring that is long enough'
    const env = readEnv({ DATABASE_URL: url, CROFT_HOME: folder, CROFT_SECRET: secret, LOG_LEVEL: 'silent' })
    const runtime = openRuntime(env, 'bench')
    ends.push(runtime.close)
    const ctx = { ...runtime.context, actor: SYSTEM, enqueue: () => Promise.resolve() }
    await writeTaskTypes(ctx)
    await work({
      url,
      runtime,
      ctx,
      secret,
      say,
      row: (row) => {
        rows.push(row)
        say(`${row.what}: ${row.figure}  (target ${row.target})`)
      },
      product: async () => {
        const product = await startProduct({ url, secret, folder })
        ends.push(product.stop)
        return product
      },
    })
  } catch (error) {
    failed = true
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  }
  for (const end of ends.reverse()) await end().catch((error: unknown) => say(String(error)))
  if (process.env.BENCH_OUT !== undefined) await writeFile(process.env.BENCH_OUT, JSON.stringify(rows))
  process.exit(failed ? 1 : 0)
}

async function startProduct(farm: { url: string; secret: string; folder: string }) {
  await ensureBuild()
  const port = await freePort()
  const log = openSync(process.env.BENCH_LOG ?? '/dev/null', 'w')
  const child = spawn(
    process.execPath,
    [
      ...(process.env.BENCH_PROFILE === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`]),
      'build/web.mjs',
    ],
    {
      stdio: ['ignore', log, 'inherit'],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        PORT: String(port),
        HOST: '127.0.0.1',
        NEXT_TELEMETRY_DISABLED: '1',
        DATABASE_URL: farm.url,
        CROFT_HOME: farm.folder,
        CROFT_SECRET: farm.secret,
        NEXTAUTH_SECRET: farm.secret,
        LOG_LEVEL: 'info',
      },
    },
  )
  const over = new Promise((done) => child.once('exit', done))
  const address = `http://127.0.0.1:${port}`
  for (;;) {
    const response = await fetch(`${address}/readyz`).catch(() => null)
    if (response?.ok === true) break
    await new Promise((done) => setTimeout(done, 100))
  }
  return {
    address,
    port,
    cpuMs: () => cpuOf(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGTERM')
      await over
    },
  }
}

/** How long a process has computed, in milliseconds; 0 where the system does not tell. */
export async function cpuOf(pid: number): Promise<number> {
  const { readFile } = await import('node:fs/promises')
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10
}
