import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    databaseServer: string
    template: string
  }
}

const urlOf = (server: string, database: string) => {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.toString()
}

async function command(server: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: server })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

/** A database of its own for a test file, cloned from the migrated template; drop it when done. */
export async function testDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = inject('databaseServer')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await command(server, `CREATE DATABASE "${name}" TEMPLATE "${inject('template')}"`)
  return { url: urlOf(server, name), drop: () => command(server, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`) }
}
