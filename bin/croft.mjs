#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')
const bundle = join(root, 'build/croft.mjs')
if (!existsSync(bundle)) {
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) {
    process.stderr.write(
      'croft: the program is not built yet; run npm start once, or npm ci and node scripts/build.mjs\n',
    )
    process.exit(1)
  }
}
await import(pathToFileURL(bundle).href)
