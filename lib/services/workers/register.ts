import type { Actor } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import type { Resources } from '#lib/core/resources'
import type { WorkerKind } from '#lib/core/worker'
import { isUniqueViolation, json } from '#lib/db/client'
import { transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { toWorker, WORKER, type WorkerView } from './view'

export type Registration = {
  name: string
  kind: WorkerKind
  accountId: string
  resources: Resources
  taskTypes: string[]
  platforms: Record<string, number>
  selfish: boolean
  /** Its own wish; where it says nothing, that stays as it is. */
  cordoned?: boolean
  /** What the image is that it runs. */
  image?: { hash: string; created_at: string } | null
  version: string | null
}

/** What a worker's row says once it may take tasks again. */
export const UNCORDONED = {
  cordonedAt: null,
  cordonedBy: null,
  cordonReason: null,
  cordonUntil: null,
  draining: false,
  drainedAt: null,
} as const

/** Refuses a token that was made for another worker. @throws CroftError forbidden */
export function mustSpeakFor(actor: Actor, worker: string): void {
  const bound = actor.kind === 'account' ? (actor.limits?.worker ?? null) : null
  if (bound !== null && bound !== worker)
    throw new CroftError('forbidden', `this token is for the worker ${bound} alone: enrol ${worker} to get one for it`)
}

/** Why a worker is cordoned that asked for it itself: only then does it end that itself. */
const OWN_WISH = 'the worker asks for nothing new'

/**
 * Registers a worker, or takes in what it says of itself now. It belongs to the account of the first call for ever.
 * @throws CroftError conflict when the name is another account's, or that of a deleted worker
 */
export async function registerWorker(ctx: Context, input: Registration): Promise<WorkerView> {
  const { name, accountId, resources, kind, cordoned, image, ...told } = input
  try {
    return await transaction(ctx, async (tx) => {
      const before = await tx.db.worker.findUnique({ where: { name } })
      if (before !== null && (before.accountId !== accountId || before.deletedAt !== null)) {
        throw new CroftError('conflict', `the name ${name} belongs to another worker: choose another name`, {
          name: ['is taken'],
        })
      }
      const fields = {
        ...told,
        ...resources,
        ...(image !== undefined && { image: json(image) }),
        ...(cordoned === true &&
          (before?.cordonedAt ?? null) === null && { cordonedAt: tx.now(), cordonReason: OWN_WISH }),
        ...(cordoned === false && before?.cordonReason === OWN_WISH && UNCORDONED),
        lastSeenAt: tx.now(),
      }
      const row =
        before === null
          ? await tx.db.worker.create({ data: { name, accountId, kind, createdAt: tx.now(), ...fields }, ...WORKER })
          : await tx.db.worker.update({ where: { name }, data: { kind, ...fields }, ...WORKER })
      await appendEvent(tx, {
        kind: before === null ? 'worker.registered' : 'worker.checked_in',
        workerId: row.id,
        data: { name },
      })
      return toWorker(row, tx.now())
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new CroftError('conflict', `another worker has just registered as ${name}`)
  }
}

/** Registers a worker of the caller's own account. */
export async function registerOwnWorker(ctx: Context, input: Omit<Registration, 'accountId'>): Promise<WorkerView> {
  if (ctx.actor.kind !== 'account')
    throw new CroftError('unauthenticated', 'sign in as the account that shall own the worker')
  mustSpeakFor(ctx.actor, input.name)
  return registerWorker(ctx, { ...input, accountId: ctx.actor.accountId })
}
