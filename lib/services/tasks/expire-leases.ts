import { afterLoss } from '#lib/core/lease'
import { isActive, type ReasonCode } from '#lib/core/task'
import type { WorkerKind } from '#lib/core/worker'
import { expiredLeases } from '#lib/db/claim'
import { transaction, type Context } from '../context'
import { agentsCanCall } from '../farm/presence'
import { locked, move, type TaskRow } from './move'

const reasonOf = (task: TaskRow, exitCode: number | null): { reasonCode: ReasonCode; reasonText: string } =>
  task.stage === 'uploading' && exitCode !== null && exitCode !== 0
    ? { reasonCode: 'exit_code', reasonText: `the program ended with ${exitCode}` }
    : { reasonCode: 'worker_lost', reasonText: `lost ${task.attempt} times` }

/**
 * Gives back tasks whose holder has given no sign of life until its lease ran out: back to the queue while attempts
 * are left, else failed as `worker_lost`; canceled when that was wished; ended as its program did when a Zimfarm worker
 * had only to upload. Any number of sweeps may run at once.
 * An agent is not lost while there is no web process to which it could have said that it lives.
 * Returns how many it moved; when that is `limit`, call again.
 */
export async function expireLeases(ctx: Context, limit = 200): Promise<number> {
  const ids = await expiredLeases(ctx.db, ctx.now(), { limit, agents: await agentsCanCall(ctx) })
  let moved = 0
  for (const id of ids) {
    moved += await transaction(ctx, async (tx) => {
      const task = await locked(tx, id)
      if (!isActive(task.status) || task.leaseExpiresAt === null || task.leaseExpiresAt > tx.now()) return 0
      const worker = task.workerId === null ? null : await tx.db.worker.findUnique({ where: { id: task.workerId } })
      const report = await tx.db.taskReport.findUnique({ where: { taskId: id }, select: { exitCode: true } })
      const exitCode = report?.exitCode ?? null
      const by = afterLoss({ ...task, holder: (worker?.kind ?? 'agent') as WorkerKind, exitCode })
      await move(tx, task, by, {
        set: by === 'fail' ? reasonOf(task, exitCode) : {},
        data: { why: 'worker_lost', fence: task.fence },
      })
      return 1
    })
  }
  return moved
}
