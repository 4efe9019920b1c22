import type { Pool, PoolClient } from 'pg'
import type { Db, Tx } from './client'

/** SQL by hand with a name, so that the server plans it once for each connection. */
export type Statement = { name: string; text: string; values: unknown[] }
export type Sql = <Row>(statement: Statement) => Promise<Row[]>

const pools = new WeakMap<object, Pool>()
/** Names the pool on which a client runs. */
export const onPool = (db: Db, pool: Pool): Db => {
  pools.set(db, pool)
  return db
}
export function poolOf(db: Db): Pool {
  const pool = pools.get(db)
  if (pool === undefined) throw new Error('a database client that openDb did not open')
  return pool
}

/**
 * Runs statements beside Prisma, on the same pool or in its transaction. For what is called all the time: it costs a
 * quarter of a query through Prisma (docs/performance.md).
 */
export function sqlOf(db: Db | Tx): Sql {
  const pool = pools.get(db)
  if (pool !== undefined) return async <Row>(statement: Statement) => (await pool.query(statement)).rows as Row[]
  return ({ text, values }) => db.$queryRawUnsafe(text, ...values)
}

const RETRIED = new Set(['40001', '40P01'])

/** Runs `work` in one transaction without Prisma; a deadlock or a serialization failure gets two more tries. */
export async function inSql<T>(db: Db, work: (sql: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client: PoolClient = await poolOf(db).connect()
    let broken = false
    try {
      await client.query('BEGIN')
      const result = await work(async <Row>(statement: Statement) => (await client.query(statement)).rows as Row[])
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        broken = true
      })
      if (attempt >= 3 || !RETRIED.has(String((error as { code?: unknown }).code))) throw error
    } finally {
      client.release(broken)
    }
  }
}
