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
/** Transactions of which a write has failed already, perhaps before it reached the server. */
const broken = kept<object, boolean>('broken')

/**
 * Lets a transaction go on before a write that it will not look at has been answered; the commit waits for it, and fails
 * if it failed. What is sent without waiting reaches the server together. Outside of transactions it just waits.
 */
export async function later(tx: Db | Tx, write: Promise<unknown>): Promise<void> {
  if (pools.get(tx) instanceof Pool) {
    await write
    return
  }
  write.catch(() => broken.set(tx, true))
  unfinished.set(tx, [...(unfinished.get(tx) ?? []), write])
}
export function forgetLater(tx: Db): void {
  unfinished.delete(tx)
  broken.delete(tx)
}

/**
 * Commits; when one of the writes that were not waited for fails at the server, that rolls back instead. A write that
 * could not even be sent is known by now, and nothing is committed without it.
 */
export async function settle(tx: Db, commit: () => Promise<{ command: string }>): Promise<void> {
  const writes = unfinished.get(tx) ?? []
  if (broken.has(tx)) await Promise.all(writes)
  forgetLater(tx)
  const committed = commit()
  const outcomes = await Promise.allSettled([...writes, committed])
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  if ((await committed).command !== 'COMMIT')
    throw new Error('the transaction was rolled back: a statement in it had failed')
}

/** Sends what is asked of a connection until the end of this turn of the loop in one piece. */
export function together(connection: PoolClient): void {
  const { stream } = (connection as unknown as { connection: { stream: Writable } }).connection
  stream.cork()
  process.nextTick(() => stream.uncork())
}
