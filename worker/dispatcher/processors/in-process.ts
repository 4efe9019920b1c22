import { setTimeout as wait } from 'node:timers/promises'
import { RENEW_SECONDS } from '#lib/core/lease'
import { CroftError } from '#lib/core/error'
import type { TaskConfig } from '#lib/core/schedule'
import type { Context } from '#lib/services/context'
import { getTask } from '#lib/services/tasks/get'
import { renewLeases, type Order } from '#lib/services/tasks/renew'
import { reportOutcome, reportStart } from '#lib/services/tasks/report'
import { claimTask } from '#lib/services/tasks/take'

type Program = (config: TaskConfig, signal: AbortSignal) => Promise<unknown>

/** What runs within the dispatcher, by task type. */
const PROGRAMS: Record<string, Program> = {
  delayed_add: async ({ params }, signal) => {
    await wait(5_000, undefined, { signal })
    return Number(params.x) + Number(params.y)
  },
}

/** Takes one in-process task, runs it and reports, by the same services as any worker. */
export async function runInProcess(
  ctx: Context,
  worker: { id: string; kind: string },
  taskId: string,
  stopping: AbortSignal,
): Promise<void> {
  const lease = await claimTask(ctx, worker, taskId).catch((error: unknown) => {
    if (error instanceof CroftError && error.code === 'conflict') return null
    throw error
  })
  if (lease === null) return
  const held = { taskId, fence: lease.fence }
  const halt = new AbortController()
  let order = 'continue' as Order
  stopping.addEventListener('abort', () => halt.abort())
  const renewal = setInterval(() => {
    renewLeases(ctx, { workerId: worker.id, held: [held] }).then(
      ([renewed]) => {
        order = renewed?.order ?? 'continue'
        if (order !== 'continue') halt.abort()
      },
      (error: unknown) => ctx.log.warn({ err: error, taskId }, 'a lease could not be renewed'),
    )
  }, RENEW_SECONDS * 1000)
  try {
    await reportStart(ctx, held)
    const { config, taskType } = await getTask(ctx, taskId)
    const program = PROGRAMS[taskType]
    if (program === undefined) {
      const reasonText = `the dispatcher has no program for ${taskType}`
      await reportOutcome(ctx, { ...held, outcome: 'failed', reasonCode: 'tool_missing', reasonText, exitCode: null })
      return
    }
    const result = await program(config, halt.signal)
    await reportOutcome(ctx, { ...held, outcome: 'succeeded', exitCode: null, result })
  } catch (error) {
    if (error instanceof CroftError && error.code === 'lease_lost') return
    if (halt.signal.aborted) {
      if (order === 'lost') return
      await reportOutcome(ctx, {
        ...held,
        outcome: order === 'cancel' ? 'canceled' : 'interrupted',
        reasonText: 'stopped',
      })
      return
    }
    const reasonText = error instanceof Error ? error.message : String(error)
    await reportOutcome(ctx, { ...held, outcome: 'failed', reasonCode: 'unknown', reasonText, exitCode: null })
  } finally {
    clearInterval(renewal)
  }
}
