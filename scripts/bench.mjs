import { spawnSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { ensureDependencies } from './setup.mjs'

process.chdir(join(import.meta.dirname, '..'))
await ensureDependencies()
const [cpu] = cpus()
process.stdout.write(
  `machine: ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}\n`,
)
const parts = ['bench/take.ts', 'bench/why.ts', 'bench/due.ts', 'bench/definitions.ts']
const failed = parts.filter(
  (part) => spawnSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', part], { stdio: 'inherit' }).status !== 0,
)
process.exit(failed.length === 0 ? 0 : 1)
