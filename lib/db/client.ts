import { PrismaPg } from '@prisma/adapter-pg'
import { Pool, type PoolClient } from 'pg'
import { Prisma, PrismaClient } from './generated/client'
import { stopListening } from './channel'
import { forgetLater, kept, onPool, poolOf, settle, together } from './sql'

export { Prisma }
export type Db = PrismaClient
/** The client within a transaction; a Db serves as well. */
export type Tx = Prisma.TransactionClient

/** Opens a pool on the database; `connections` is its size. Nothing is opened before the first query. */
export function openDb(url: string, connections = 10): Db {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    idleTimeoutMillis: 60_000,
    pipeline: true,
  })
  pool.on('error', () => undefined) // an idle connection that breaks is replaced by the next query
  return onPool(new PrismaClient({ adapter: new PrismaPg(pool) }), pool)
}

/** Ends all connections. */
export async function closeDb(db: Db): Promise<void> {
  await stopListening(db)
  await db.$disconnect()
  await poolOf(db).end()
}

/** A value for a json column. Undefined members vanish; null is the JSON null of an optional column, that is SQL NULL. */
export function json(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null || value === undefined ? Prisma.DbNull : value
}

const RETRIED = new Set(['P2034', '40001', '40P01'])
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) {
    const { code } = (error ?? {}) as { code?: unknown }
    return typeof code === 'string' ? code : undefined
  }
  if (error.code !== 'P2010') return error.code
  const cause = error.meta?.driverAdapterError as { cause?: { originalCode?: string; code?: string } } | undefined
  return cause?.cause?.originalCode ?? cause?.cause?.code
}
export const isUniqueViolation = (error: unknown) => codeOf(error) === 'P2002' || codeOf(error) === '23505'

/** A pool of the one connection that a transaction runs on, for Prisma; what Prisma takes for a transaction of its own is a savepoint. */
class OneConnection extends Pool {
  constructor(connection: PoolClient) {
    super()
    const SAVEPOINTS: Record<string, string> = {
      BEGIN: 'SAVEPOINT prisma',
      COMMIT: 'RELEASE SAVEPOINT prisma',
      ROLLBACK: 'ROLLBACK TO SAVEPOINT prisma',
    }
    const query = (config: { text: string }) =>
      connection.query({ ...config, text: SAVEPOINTS[config.text] ?? config.text })
    const nothing = () => undefined
    Object.assign(this, {
      query,
      connect: () => Promise.resolve({ query, release: nothing, on: nothing, removeListener: nothing }),
    })
  }
}
const prismaOn = kept<PoolClient, Db>('prisma')

/** So many of a pool's connections no transaction gets: what is asked beside a transaction must not wait for its end. */
const BESIDE = 4
type Turns = { running: number; waiting: (() => void)[] }
const turns = kept<Pool, Turns>('turns')
/** Waits for a turn; gives what ends it. */
async function turn(pool: Pool): Promise<() => void> {
  const state = turns.get(pool) ?? { running: 0, waiting: [] }
  turns.set(pool, state)
  if (state.running < Math.max(1, (pool.options.max ?? 10) - BESIDE)) state.running++
  else await new Promise<void>((resolve) => state.waiting.push(resolve))
  return () => {
    const next = state.waiting.shift()
    if (next === undefined) state.running--
    else next()
  }
}

/**
 * Runs `work` in one transaction, on one connection for Prisma and for SQL by hand; a deadlock or a serialization
 * failure gets two more tries.
 */
export async function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  const pool = poolOf(db)
  const done = await turn(pool)
  try {
    return await tries(pool, work)
  } finally {
    done()
  }
}

async function tries<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const connection = await pool.connect()
    let broken = false
    let tx = prismaOn.get(connection)
    try {
      if (tx === undefined) {
        tx = onPool(new PrismaClient({ adapter: new PrismaPg(new OneConnection(connection)) }), connection)
        prismaOn.set(connection, tx)
      }
      together(connection)
      const begun = connection.query('BEGIN')
      const [result] = await Promise.all([work(tx), begun])
      await settle(tx, () => connection.query('COMMIT'))
      return result
    } catch (error) {
      if (tx !== undefined) forgetLater(tx)
      await connection.query('ROLLBACK').catch(() => {
        broken = true
      })
      const code = codeOf(error)
      if (attempt >= 3 || code === undefined || !RETRIED.has(code)) throw error
    } finally {
      connection.release(broken)
    }
  }
}
