import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureDependencies, ensureSystemPackages } from './setup.mjs'

// As `npm start`, but with the development server and programs that are bundled again and restarted at each change.
process.chdir(join(import.meta.dirname, '..'))
await ensureDependencies()
await ensureSystemPackages(
  { zimwriterfs: 'zim-tools' },
  'tasks of the type zimwriterfs will wait until a worker has it',
)
// What is bundled here is no build of `npm start`.
rmSync('build/.croft-built', { force: true })
await import('./build.mjs')
const watcher = spawn(process.execPath, ['scripts/build.mjs', '--watch'], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
})
process.on('exit', () => watcher.kill())
process.argv.push('--dev')
await import(pathToFileURL('build/supervisor.mjs').href)
