import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '../lib/db/embedded'
import { schemaDiff } from '../lib/db/migrate'

// prisma/migrations/schema.prisma is the schema as of the last migration: what differs from it is the next one.
const root = process.cwd()
const snapshot = join(root, 'prisma/migrations/schema.prisma')
const [verb, name] = process.argv.slice(2)
const schema = await readFile(join(root, 'prisma/schema.prisma'), 'utf8')
const folderOfServer = await mkdtemp(join(tmpdir(), 'croft-migration-'))
const server = await startEmbedded(root, folderOfServer, { fast: true })
const sql = await schemaDiff(root, server.url('postgres'), await readFile(snapshot, 'utf8').catch(() => ''), schema)
await server.stop()
await rm(folderOfServer, { recursive: true, force: true })

if (verb === 'new' && name !== undefined && /^[a-z0-9_]+$/.test(name)) {
  if (sql === '') {
    console.log('schema.prisma and the migrations agree: there is nothing to write')
  } else {
    const folder = `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`
    await mkdir(join(root, 'prisma/migrations', folder))
    await writeFile(join(root, 'prisma/migrations', folder, 'migration.sql'), `${sql}\n`)
    await writeFile(snapshot, schema)
    console.log(`wrote prisma/migrations/${folder}/migration.sql: read it, and add what Prisma cannot say`)
  }
} else if (verb === 'check') {
  if (sql !== '') {
    console.error(`schema.prisma has changed without a migration; run: npm run migration:new -- <name>\n\n${sql}`)
    process.exitCode = 1
  }
} else {
  console.error('usage: npm run migration:check, or npm run migration:new -- <name_in_lower_case>')
  process.exitCode = 1
}
process.exit()
