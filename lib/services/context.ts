import type { Logger } from 'pino'
import { may, type Actor, type Permission } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { inTransaction, type Db, type Tx } from '#lib/db/client'
import type { Enqueue, Job } from '#lib/queue/jobs'
import type { Storage } from '#lib/storage/storage'
import { busOf, type Hint } from './tasks/wake'
import type { TaskTypes } from './task-types/catalogue'
import type { Settings } from './settings'

/** What every verb gets: who acts, the clock, the database, the way to the queue. */
export type Context = {
  actor: Actor
  now: () => Date
  db: Db
  enqueue: Enqueue
  storage: Storage
  settings: Settings
  taskTypes: TaskTypes
  log: Logger
}

/** The same inside a transaction: `db` is the transaction; jobs and what may wake workers wait for its end. */
export type TxContext = Omit<Context, 'db'> & { db: Tx; hints: Hint[] }
/** For verbs that only read. */
export type ReadContext = Context | TxContext

/**
 * Runs `work` in one transaction; after the commit it wakes workers that wait, and enqueues the jobs. A job that cannot be enqueued is no failure:
 * the rows say what is to be done, and the dispatcher's sweep finds them.
 */
export async function transaction<T>(ctx: Context, work: (tx: TxContext) => Promise<T>): Promise<T> {
  let jobs: Job[] = []
  let hints: Hint[] = []
  const result = await inTransaction(ctx.db, (db) => {
    jobs = []
    hints = []
    return work({
      ...ctx,
      db,
      hints,
      enqueue: (job) => {
        jobs.push(job)
        return Promise.resolve()
      },
    })
  })
  if (hints.length > 0) busOf(ctx).announce(ctx, hints)
  for (const job of jobs) {
    await ctx.enqueue(job).catch((error: unknown) => {
      ctx.log.warn({ err: error, job }, 'a job could not be enqueued; the sweep will find its work')
    })
  }
  return result
}

/** Refuses whoever lacks the permission. */
export function demand(ctx: ReadContext, permission: Permission): void {
  if (may(ctx.actor, permission)) return
  if (ctx.actor.kind === 'anonymous') throw new CroftError('unauthenticated', 'sign in first')
  throw new CroftError('forbidden', `this needs the permission ${permission}, which your account does not have`)
}

/** Refuses whoever is not signed in. */
export function demandAccount(ctx: ReadContext): void {
  if (ctx.actor.kind === 'anonymous') throw new CroftError('unauthenticated', 'sign in first')
}

export const actorName = (actor: Actor) => (actor.kind === 'anonymous' ? 'anonymous' : actor.username)
