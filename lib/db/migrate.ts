import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { Pool } from 'pg'

type Engine = {
  applyMigrations(input: unknown): Promise<{ appliedMigrationNames: string[] }>
  diff(input: unknown): Promise<{ exitCode: number; stdout: string | null }>
}
type Constructor = { new: (options: unknown, log: (text: string) => void, adapter: unknown) => Promise<Engine> }

/** Prisma's schema engine as WebAssembly: the binary needs a download that many machines cannot make. */
async function withEngine<T>(root: string, databaseUrl: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  const folder = join(root, 'node_modules/@prisma/schema-engine-wasm')
  const glue = (await import(/* webpackIgnore: true */ join(folder, 'schema_engine_bg.js'))) as Record<
    string,
    unknown
  > & {
    SchemaEngine: Constructor
    __wbg_set_wasm: (exports: WebAssembly.Exports) => void
  }
  const module = new WebAssembly.Module(await readFile(join(folder, 'schema_engine_bg.wasm')))
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': glue as WebAssembly.ModuleImports })
  glue.__wbg_set_wasm(instance.exports)
  ;(instance.exports.__wbindgen_start as () => void)()
  const schema = await readFile(join(root, 'prisma/schema.prisma'), 'utf8')
  const pool = new Pool({ connectionString: databaseUrl })
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool))
    return await work(
      await glue.SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => undefined, adapter),
    )
  } finally {
    await pool.end()
  }
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
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok', value: await readFile(join(baseDir, path, 'migration.sql'), 'utf8') },
        },
      })),
  )
  const lock = await readFile(join(baseDir, 'migration_lock.toml'), 'utf8').catch(() => null)
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: lock },
    shadowDbInitScript: '',
    migrationDirectories,
  }
}

/** Applies what `prisma/migrations` holds and the database lacks; gives the names of those applied. */
export async function migrate(root: string, databaseUrl: string): Promise<string[]> {
  const list = await migrationsList(root)
  return withEngine(root, databaseUrl, async (engine) => {
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: list, filters: NO_FILTERS })
    return appliedMigrationNames
  })
}

const NO_FILTERS = { externalTables: [], externalEnums: [] }

/** The SQL that leads from one Prisma schema to another; empty when they mean the same. The engine wants a database to connect to, and reads nothing of it. */
export async function schemaDiff(root: string, databaseUrl: string, from: string, to: string): Promise<string> {
  const schema = (content: string) => ({ tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] })
  const question = {
    from: from === '' ? { tag: 'empty' } : schema(from),
    to: schema(to),
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: NO_FILTERS,
  }
  const { stdout } = await withEngine(root, databaseUrl, (engine) => engine.diff(question))
  return (stdout ?? '').replace(/^-- This is an empty migration\.\s*/m, '').trim()
}
