import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { ensureBuild, ensureDependencies, ensureSystemPackages } from './setup.mjs'

process.chdir(join(import.meta.dirname, '..'))
await ensureDependencies()
await ensureSystemPackages(
  { zimwriterfs: 'zim-tools' },
  'tasks of the type zimwriterfs will wait until a worker has it',
)
await ensureBuild()
await import(pathToFileURL('build/supervisor.mjs').href)
