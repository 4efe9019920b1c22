import { Pool, type PoolClient } from 'pg'
import type { Db, Tx } from './client'

/** SQL by hand with a name, so that the server plans it once for each connection. */
export type Statement = { name: string; text: string; values: unknown[] }
export type Sql = <Row>(statement: Statement) => Promise<Row[]>

const pools = new WeakMap<object, Pool | PoolClient>()
/** Names the pool, or the one connection, on which a client runs. */
export const onPool = (db: Db, pool: Pool | PoolClient): Db => {
  pools.set(db, pool)
  return db
}
export function poolOf(db: Db): Pool {
  const pool = pools.get(db)
  if (!(pool instanceof Pool)) throw new Error('a database client that openDb did not open')
  return pool
}

/**
 * Runs statements beside Prisma, on the same pool or in its transaction. For what is called all the time: it costs a
 * quarter of a query through Prisma (docs/performance.md).
 */
export function sqlOf(db: Db | Tx): Sql {
  const pool = pools.get(db)
  if (pool === undefined) throw new Error('a database client that openDb did not open')
  return async <Row>(statement: Statement) => (await pool.query(statement)).rows as Row[]
}
