import { PrismaPg } from '@prisma/adapter-pg'
import { Pool } from 'pg'
import { Prisma, PrismaClient } from './generated/client'
import { onPool, poolOf } from './sql'

export { Prisma }
export type Db = PrismaClient
/** The client within a transaction; a Db serves as well. */
export type Tx = Prisma.TransactionClient

/** Opens a pool on the database; `connections` is its size. Nothing is opened before the first query. */
export function openDb(url: string, connections = 10): Db {
  const pool = new Pool({ connectionString: url, max: connections })
  pool.on('error', () => undefined) // an idle connection that breaks is replaced by the next query
  return onPool(new PrismaClient({ adapter: new PrismaPg(pool) }), pool)
}

/** Ends all connections. */
export async function closeDb(db: Db): Promise<void> {
  await db.$disconnect()
  await poolOf(db).end()
}

/** A value for a json column. Undefined members vanish; null is the JSON null of an optional column, that is SQL NULL. */
export function json(value: unknown): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null || value === undefined ? Prisma.DbNull : value
}

const RETRIED = new Set(['P2034', '40001', '40P01'])
const codeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined
  if (error.code !== 'P2010') return error.code
  const cause = error.meta?.driverAdapterError as { cause?: { originalCode?: string; code?: string } } | undefined
  return cause?.cause?.originalCode ?? cause?.cause?.code
}
export const isUniqueViolation = (error: unknown) => codeOf(error) === 'P2002' || codeOf(error) === '23505'

/** Runs `work` in one transaction; a deadlock or a serialization failure gets two more tries. */
export async function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.$transaction(work, { maxWait: 10_000, timeout: 30_000 })
    } catch (error) {
      const code = codeOf(error)
      if (attempt >= 3 || code === undefined || !RETRIED.has(code)) throw error
    }
  }
}
