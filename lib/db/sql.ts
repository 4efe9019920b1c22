import type { Writable } from 'node:stream'
import { Pool, type PoolClient } from 'pg'
import type { Db, Tx } from './client'

/** SQL by hand with a name, so that the server plans it once for each connection. */
export type Statement = { name: string; text: string; values: unknown[] }
export type Sql = <Row>(statement: Statement) => Promise<Row[]>

/** One for the process: Next bundles these files more than once, and all must know what one of them has opened. */
const shared = globalThis as typeof globalThis & { croftDb?: Map<string, WeakMap<object, unknown>> }
export function kept<K extends object, V>(name: string): WeakMap<K, V> {
  const maps = (shared.croftDb ??= new Map<string, WeakMap<object, unknown>>())
  const map: WeakMap<object, unknown> = maps.get(name) ?? new WeakMap<object, unknown>()
  maps.set(name, map)
  return map as WeakMap<K, V>
}

const pools = kept<object, Pool | PoolClient>('pools')
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

const unfinished = kept<object, Promise<unknown>[]>('unfinished')

/**
 * Lets a transaction go on before a write that it will not look at has been answered; the commit waits for it, and fails
 * if it failed. What is sent without waiting reaches the server together. Outside of transactions it just waits.
 */
export async function later(tx: Db | Tx, write: Promise<unknown>): Promise<void> {
  if (pools.get(tx) instanceof Pool) {
    await write
    return
  }
  write.catch(() => undefined)
  unfinished.set(tx, [...(unfinished.get(tx) ?? []), write])
}
export const forgetLater = (tx: Db): void => void unfinished.delete(tx)

/** Commits; when one of the writes that were not waited for has failed, the server has rolled back instead. */
export async function settle(tx: Db, commit: () => Promise<unknown>): Promise<void> {
  const writes = unfinished.get(tx) ?? []
  forgetLater(tx)
  const outcomes = await Promise.allSettled([...writes, commit()])
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

/** Sends what is asked of a connection until the end of this turn of the loop in one piece. */
export function together(connection: PoolClient): void {
  const { stream } = (connection as unknown as { connection: { stream: Writable } }).connection
  stream.cork()
  process.nextTick(() => stream.uncork())
}
