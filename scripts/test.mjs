import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuild, ensureDependencies, ensureSystemPackages } from './setup.mjs'

// Everything: style, types, unit, service and protocol tests, then the browser's against the started product.
// `--quick` (npm run verify) leaves out the build and what needs it.

process.chdir(join(import.meta.dirname, '..'))
const quick = process.argv.includes('--quick')
const results = []
const say = (text) => process.stdout.write(`${text}\n`)

function step(name, args, env = {}) {
  say(`\n── ${name}`)
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  return status === 0
}
const check = (name, args) => results.push({ name, passed: step(name, args) ? 1 : 0, failed: 0 })
const bin = (name) => join('node_modules', name)

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}

/** Starts Croft as a user does, runs the browser's tests against it, and stops it with Ctrl-C. */
async function product() {
  await ensureBuild()
  const home = mkdtempSync(join(tmpdir(), 'croft-e2e-'))
  const port = await freePort()
  const admin = { CROFT_ADMIN_USERNAME: 'admin', CROFT_ADMIN_PASSWORD: 'a password for the tests' }
  const env = {
    ...process.env,
    ...admin,
    CROFT_HOME: home,
    PORT: String(port),
    CROFT_NOTICE_ALLOW: '127.0.0.0/8',
    CROFT_SFTP_PORT: String(await freePort()),
    LOG_LEVEL: 'warn',
  }
  delete env.CROFT_URL
  say('\n── starting Croft for the browser tests')
  const farm = spawn(process.execPath, ['scripts/start.mjs'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise((done) => farm.once('exit', (code) => done(code)))
  const ready = new Promise((done) => {
    let text = ''
    farm.stdout.on('data', (chunk) => {
      process.stdout.write(chunk)
      text = (text + chunk).slice(-5000)
      if (text.includes('Croft runs at')) done(true)
    })
  })
  const up = await Promise.race([ready, exited.then(() => false)])
  let passed = 0
  let failed = 1
  let live
  let asked = Date.now()
  if (up) {
    rmSync('test-results/playwright.json', { force: true })
    const browser = { ...admin, CROFT_URL: `http://127.0.0.1:${port}`, CROFT_SUPERVISOR: String(farm.pid) }
    step('browser', [bin('@playwright/test/cli.js'), 'test'], browser)
    const stats = readJson('test-results/playwright.json')?.stats
    passed = stats?.expected ?? 0
    failed = stats === undefined ? 1 : stats.unexpected + stats.flaky + stats.skipped
    // Somebody still looks at a page.
    live = await fetch(`http://127.0.0.1:${port}/api/farm/stream`)
    asked = Date.now()
    farm.kill('SIGINT')
  }
  const code = await exited
  const seconds = (Date.now() - asked) / 1000
  await live?.body.cancel().catch(() => undefined)
  results.push({ name: 'browser', passed, failed })
  const left = spawnSync('pgrep', ['-f', home], { encoding: 'utf8' }).stdout.trim()
  const clean = up && code === 0 && left === '' && seconds < 10
  if (!clean) say(`Croft did not stop well: exit code ${code} after ${seconds} s, processes left: ${left || 'none'}`)
  results.push({ name: 'Ctrl-C stops everything', passed: clean ? 1 : 0, failed: clean ? 0 : 1 })
  rmSync(home, { recursive: true, force: true })
}

const started = Date.now()
await ensureDependencies()
await ensureSystemPackages(
  quick
    ? {
        'redis-server': 'redis-server',
        zimwriterfs: 'zim-tools',
        radosgw: 'radosgw ceph-mon ceph-osd ceph-common',
        sftp: 'openssh-client',
        curl: 'curl',
      }
    : {
        chromium: 'chromium fonts-dejavu-core',
        'redis-server': 'redis-server',
        zimwriterfs: 'zim-tools',
        radosgw: 'radosgw ceph-mon ceph-osd ceph-common',
        sftp: 'openssh-client',
        curl: 'curl',
      },
  'the tests need it',
  { required: true },
)
mkdirSync('test-results', { recursive: true })
check('format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'])
check('lint', [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'])
check('types', [bin('typescript/bin/tsc'), '--noEmit'])
check('migrations', [bin('tsx/dist/cli.mjs'), 'scripts/migration.ts', 'check'])
rmSync('test-results/vitest.json', { force: true })
await import('./build.mjs')
const fine = step('unit, service and protocol tests', [
  bin('vitest/vitest.mjs'),
  'run',
  ...(quick ? ['--exclude', '**/*.slow.test.ts'] : []),
  '--reporter=default',
  '--reporter=json',
  '--outputFile=test-results/vitest.json',
])
const report = readJson('test-results/vitest.json')
const failed = report === null ? 1 : report.numFailedTests + report.numPendingTests
results.push({ name: 'vitest', passed: report?.numPassedTests ?? 0, failed: failed === 0 && !fine ? 1 : failed })
if (!quick) await product()

for (const result of results) if (result.passed === 0 && result.failed === 0) result.failed = 1
say(`\nafter ${Math.round((Date.now() - started) / 1000)} s:`)
for (const { name, passed, failed } of results)
  say(`  ${failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${passed} passed, ${failed} failed`)
const sum = (key) => results.reduce((total, result) => total + result[key], 0)
say(`${sum('passed')} passed, ${sum('failed')} failed`)
process.exit(sum('failed') === 0 ? 0 : 1)
