import { eligible } from '#lib/core/matching'
import { lacking } from '#lib/core/resources'
import { reasonIn } from '#lib/core/reason'
import { demand, transaction, type Context, type TxContext } from '../context'
import { requestOne } from './request'
import { queuedTasks, workerState } from './states'

class Refused extends Error {
  override readonly name = 'Refused'
  constructor(readonly why: Map<string, string>) {
    super('not all can be requested')
  }
}

/**
 * Requests a task of each schedule, or none at all where one of them cannot be: the reasons by schedule then
 * (zimfarm.md §19.1). A schedule waits once, and a worker that is named must be able to take the task now.
 */
export async function requestAll(
  ctx: Context,
  input: { schedules: string[]; priority?: number; worker?: string | null },
): Promise<{ requested: string[] } | { refused: Map<string, string> }> {
  demand(ctx, 'requests.create')
  // In one order, so that two requests for the same schedules do not wait for each other.
  const names = [...new Set(input.schedules)]
  const inOrder = [...names].sort()
  try {
    const ids = await transaction(ctx, async (tx) => {
      const made = new Map<string, string>()
      const why = new Map<string, string>()
      for (const name of inOrder) {
        const outcome = await requestOnce(tx, name, input.priority ?? 0, input.worker ?? null)
        if ('id' in outcome) made.set(name, outcome.id)
        else why.set(name, outcome.why)
      }
      if (why.size > 0) throw new Refused(why)
      return made
    })
    return { requested: names.flatMap((name) => ids.get(name) ?? []) }
  } catch (error) {
    if (error instanceof Refused) return { refused: error.why }
    throw error
  }
}

async function requestOnce(tx: TxContext, name: string, priority: number, worker: string | null) {
  await tx.db.$executeRaw`SELECT 1 FROM schedule WHERE name = ${name} FOR UPDATE`
  const waiting = await tx.db.task.findFirst({
    where: { schedule: { name }, status: 'requested' },
    select: { id: true },
  })
  if (waiting !== null) return { why: `it waits in the queue already, as task ${waiting.id}` }
  const outcome = await requestOne(tx, name, priority, worker)
  if (!('id' in outcome) || worker === null) return outcome
  const why = await unable(tx, outcome.id, worker)
  return why === null ? outcome : { why }
}

/** Why the worker could not take the task at once; null when it could. */
async function unable(tx: TxContext, taskId: string, name: string): Promise<string | null> {
  const task = await tx.db.task.findUniqueOrThrow({ where: { id: taskId } })
  const worker = await tx.db.worker.findUniqueOrThrow({ where: { name } })
  const [queued] = await queuedTasks(tx, [task], [worker.id])
  if (queued === undefined) return null
  const now = tx.now()
  const state = { ...workerState(worker, now), online: true }
  const [reason] = eligible(queued, state, now.getTime())
  if (reason !== undefined) return `${name} ${reasonIn(reason, (time) => new Date(time).toISOString())}`
  const free = {
    cpu: worker.availableCpu ?? 0,
    memory: Number(worker.availableMemory ?? 0),
    disk: Number(worker.availableDisk ?? 0),
  }
  const [resource] = lacking(queued.resources, free)
  if (resource === undefined) return null
  return `${name} has too little ${resource} free: ${free[resource]} of the ${queued.resources[resource]} that it needs`
}
