import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDatabase, startEmbedded } from '../lib/db/embedded'
import { schemaDrift } from '../lib/db/migrate'

const root = process.cwd()
const [verb, name] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'croft-migration-'))
const server = await startEmbedded(root, folder, { fast: true })
try {
  await ensureDatabase(server, 'scratch')
  const sql = await schemaDrift(root, server.url('scratch'))
  if (verb === 'new' && name !== undefined && /^[a-z0-9_]+$/.test(name)) {
    if (sql === '') {
      console.log('schema.prisma and the migrations agree: there is nothing to write')
    } else {
      const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
      const target = join(root, 'prisma/migrations', `${stamp}_${name}`)
      await mkdir(target)
      await writeFile(join(target, 'migration.sql'), `${sql}\n`)
      console.log(`wrote prisma/migrations/${stamp}_${name}/migration.sql`)
    }
  } else if (verb === 'check') {
    if (sql !== '') {
      console.error(`schema.prisma and the migrations differ; run: npm run migration:new -- <name>\n\n${sql}`)
      process.exitCode = 1
    }
  } else {
    console.error('usage: migration.ts check | new <name_in_lower_case>')
    process.exitCode = 1
  }
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
process.exit()
