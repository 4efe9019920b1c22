import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Plain JavaScript without packages: it runs before there are any.

const say = (text) => process.stdout.write(`${text}\n`)

export function fail(text) {
  process.stderr.write(`croft: ${text}\n`)
  process.exit(1)
}

const hashOf = (text) => createHash('sha256').update(text).digest('hex')
const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '')

function run(what, command, args, env = {}) {
  say(`${what} …`)
  const { status, error } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  if (status !== 0) fail(`${what} failed${error ? ` (${error.message})` : ''}: see above`)
}

/** Installs what package-lock.json asks for, where it is not there yet, and generates the database client. */
export async function ensureDependencies() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Node ${process.versions.node} is too old: install Node 20.19 or newer`)
  const wanted = hashOf(read('package-lock.json'))
  const mark = 'node_modules/.croft-installed'
  if (read(mark) !== wanted) {
    run('installing the packages', 'npm', ['ci', '--include=dev', '--loglevel=error'])
    writeFileSync(mark, wanted)
  }
  const schema = hashOf(read('prisma/schema.prisma') + wanted)
  const generated = 'lib/db/generated/.croft-schema'
  if (read(generated) !== schema) {
    run('generating the database client', process.execPath, ['node_modules/prisma/build/index.js', 'generate'], {
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    })
    writeFileSync(generated, schema)
  }
}

const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0

/** Installs the Debian packages of the programs that are missing; where that is not possible, says what is then missing. */
export async function ensureSystemPackages(packages, otherwise, { required = false } = {}) {
  const missing = Object.keys(packages).filter((program) => !has(program))
  if (missing.length === 0) return
  const names = [...new Set(missing.flatMap((program) => packages[program].split(' ')))]
  const lacks = `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not installed`
  if (process.getuid?.() === 0 && has('apt-get')) {
    say(`installing ${names.join(' ')} …`)
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }
    const apt = (...args) =>
      spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=500', '-qq', ...args], options).status === 0
    const install = () => apt('install', '-y', '--no-install-recommends', ...names)
    if (install() || (apt('update') && install())) return
  }
  const text = `${lacks} (Debian and Ubuntu: apt-get install ${names.join(' ')}); ${otherwise}`
  if (required) fail(text)
  say(`note: ${text}`)
}

const SOURCES = ['app', 'components', 'lib', 'worker', 'scripts', 'prisma', 'public', 'docs']
const FILES = ['package-lock.json', 'instrumentation.ts', 'next.config.ts', 'tsconfig.json', 'postcss.config.mjs']

function* filesIn(folder) {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (path !== join('lib', 'db', 'generated')) yield* filesIn(path)
    } else if (!path.endsWith('.test.ts')) yield path
  }
}

/** Builds the web app and the programs, where their sources have changed. */
export async function ensureBuild() {
  const digest = createHash('sha256')
  for (const path of [...SOURCES.flatMap((folder) => [...filesIn(folder)]), ...FILES].sort())
    digest.update(path).update(readFileSync(path))
  const wanted = digest.digest('hex')
  const mark = 'build/.croft-built'
  if (read(mark) === wanted && existsSync('.next/BUILD_ID')) return
  mkdirSync('build', { recursive: true })
  run('building the programs', process.execPath, ['scripts/build.mjs'])
  run('building the web app', process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
    NEXT_TELEMETRY_DISABLED: '1',
  })
  writeFileSync(mark, wanted)
}
