import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'

type Engine = {
  applyMigrations(input: unknown): Promise<{ appliedMigrationNames: string[] }>
  diff(input: unknown): Promise<{ exitCode: number; stdout: string | null }>
}
type Constructor = { new: (options: unknown, log: (text: string) => void, adapter: unknown) => Promise<Engine> }

/** Prisma's schema engine as WebAssembly: the binary needs a download that many machines cannot make. */
async function openEngine(root: string, databaseUrl: string): Promise<Engine> {
  const folder = join(root, 'node_modules/@prisma/schema-engine-wasm')
  const glue = (await import(/* webpackIgnore: true */ join(folder, 'schema_engine_bg.js'))) as Record<string, unknown> & {
    SchemaEngine: Constructor
    __wbg_set_wasm: (exports: WebAssembly.Exports) => void
  }
  const module = new WebAssembly.Module(await readFile(join(folder, 'schema_engine_bg.wasm')))
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': glue as WebAssembly.ModuleImports })
  glue.__wbg_set_wasm(instance.exports)
  ;(instance.exports.__wbindgen_start as () => void)()
  const schema = await readFile(join(root, 'prisma/schema.prisma'), 'utf8')
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: databaseUrl }))
  return glue.SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => undefined, adapter)
}

async function migrationsList(root: string) {
  const baseDir = join(root, 'prisma/migrations')
  const entries = (await readdir(baseDir, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  const migrationDirectories = await Promise.all(
    entries
      .map((entry) => entry.name)
      .sort()
      .map(async (path) => ({
        path,
        migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: await readFile(join(baseDir, path, 'migration.sql'), 'utf8') } },
      })),
  )
  const lock = await readFile(join(baseDir, 'migration_lock.toml'), 'utf8').catch(() => null)
  return { baseDir, lockfile: { path: 'migration_lock.toml', content: lock }, shadowDbInitScript: '', migrationDirectories }
}

/** Applies what `prisma/migrations` holds and the database lacks; gives the names of those applied. */
export async function migrate(root: string, databaseUrl: string): Promise<string[]> {
  const engine = await openEngine(root, databaseUrl)
  const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: await migrationsList(root), filters: NO_FILTERS })
  return appliedMigrationNames
}

const NO_FILTERS = { externalTables: [], externalEnums: [] }

/** The SQL that leads from one Prisma schema to another; empty when they mean the same. The engine wants a database to connect to, and reads nothing of it. */
export async function schemaDiff(root: string, databaseUrl: string, from: string, to: string): Promise<string> {
  const engine = await openEngine(root, databaseUrl)
  const schema = (content: string) => ({ tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] })
  const { stdout } = await engine.diff({
    from: from === '' ? { tag: 'empty' } : schema(from),
    to: schema(to),
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: NO_FILTERS,
  })
  return (stdout ?? '').replace(/^-- This is an empty migration\.\s*/m, '').trim()
}
