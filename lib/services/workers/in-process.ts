import { oldestOfTypes } from '#lib/db/waiting'
import type { Context } from '../context'

/** The account and the worker under which dispatchers run in-process tasks. */
export const IN_PROCESS = 'in-process'

async function inProcessTypes(ctx: Context): Promise<string[]> {
  const { types } = await ctx.taskTypes.current()
  return types.flatMap((type) => (type.executor === 'in_process' ? [type.id] : []))
}

/** The worker row that all dispatchers share; in-process tasks reserve nothing. */
export async function inProcessWorker(ctx: Context): Promise<{ id: string; kind: string }> {
  const taskTypes = await inProcessTypes(ctx)
  const account = await ctx.db.account.upsert({
    where: { username: IN_PROCESS },
    create: { username: IN_PROCESS, role: 'worker', scope: {} },
    update: {},
    select: { id: true },
  })
  return ctx.db.worker.upsert({
    where: { name: IN_PROCESS },
    create: { name: IN_PROCESS, accountId: account.id, kind: 'in_process', cpu: 0, memory: 0, disk: 0, taskTypes },
    update: { taskTypes },
    select: { id: true, kind: true },
  })
}

/** In-process tasks that wait, oldest first: what the sweep puts into the queue again. */
export async function waitingInProcess(ctx: Context, limit: number): Promise<string[]> {
  return oldestOfTypes(ctx.db, await inProcessTypes(ctx), limit)
}
