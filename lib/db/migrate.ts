import type { EventEmitter } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { Client, type ClientConfig, type PoolConfig } from 'pg'

/** The adapter does not know the catalogue's type "char" (18), which the engine reads when it describes foreign keys: it is told text. */
class CharAwareClient extends Client {
  constructor(config: ClientConfig) {
    super(config)
    const { connection } = this as unknown as { connection: EventEmitter }
    connection.on('rowDescription', ({ fields }: { fields: { dataTypeID: number }[] }) => {
      for (const field of fields) if (field.dataTypeID === 18) field.dataTypeID = 25
    })
  }
}

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
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: databaseUrl, Client: CharAwareClient } as unknown as PoolConfig))
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

/** The SQL that leads from the migrations to schema.prisma; empty when they agree. The scratch database must be empty. */
export async function schemaDrift(root: string, scratchUrl: string): Promise<string> {
  const engine = await openEngine(root, scratchUrl)
  const schema = await readFile(join(root, 'prisma/schema.prisma'), 'utf8')
  const { stdout } = await engine.diff({
    from: { tag: 'migrations', ...(await migrationsList(root)) },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: NO_FILTERS,
  })
  return (stdout ?? '').replace(/^-- This is an empty migration\.\s*/m, '').trim()
}
