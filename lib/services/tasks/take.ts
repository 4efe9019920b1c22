import { CroftError } from '#lib/core/error'
import { LEASE_SECONDS } from '#lib/core/lease'
import { decide, type Decision } from '#lib/core/matching'
import type { Resources } from '#lib/core/resources'
import { claim } from '#lib/db/claim'
import { inTransaction } from '#lib/db/client'
import { firstCandidates, runningFor, shortCandidates, type Candidate, type Seeker } from '#lib/db/queue'
import { sqlOf } from '#lib/db/sql'
import { workerRow } from '#lib/db/worker'
import { actorName, type Context, type ReadContext } from '../context'
import { admission, limitedSubjects } from './admit'
import { rulesFor } from './rules'
import { keepSlot } from './slots'
import { stateOfCandidate, stateOfRunning, workerState, type WorkerRow } from './states'

export type Lease = { taskId: string; fence: number; leaseExpiresAt: Date }

/**
 * The task that the worker should take now, by `decide`; null when none fits. Nothing is reserved. What others have
 * just been offered is passed over, and counts as running where a limit is concerned.
 */
export async function nextTaskFor(ctx: ReadContext, worker: WorkerRow, available?: Resources): Promise<string | null> {
  const now = ctx.now()
  const state = { ...workerState(worker, now, available), online: true }
  const seeker: Seeker = {
    id: worker.id,
    taskTypes: state.taskTypes,
    contexts: Object.keys(state.contexts),
    totals: state.totals,
    selfish: state.selfish,
  }
  const oldBefore = new Date(now.getTime() - ctx.settings.policy.ageing.stepSeconds * 1000)
  const first = await firstCandidates(ctx.db, seeker, now, oldBefore)
  if (first.length === 0) return null
  const { policy, ...rules } = await rulesFor(ctx, { tasks: first.map((row) => row.id), workerId: worker.id })
  const running = await runningFor(ctx.db, {
    ...limitedSubjects(first, state, policy),
    workerId: worker.id,
    now,
    offers: true,
  })
  const choose = (candidates: Candidate[]) =>
    decide(
      {
        ...rules,
        workers: [state],
        queue: candidates.map((row) => stateOfCandidate(row, worker.id)),
        running: running.map((row) => stateOfRunning(row, now)),
      },
      now.getTime(),
      policy,
    )
  const decision = choose(first)
  await keepSlot(ctx, worker.id, rules.slots, decision.slots)
  const chosen = decision.assignments[0]?.taskId
  if (chosen !== undefined) return chosen
  const until = opensAt(decision, worker.id)
  if (until === null) return null
  const shorter = await shortCandidates(ctx.db, seeker, now, state.available, (until - now.getTime()) / 1000)
  const known = new Set(first.map((row) => row.id))
  const others = shorter.filter((row) => !known.has(row.id))
  return others.length === 0 ? null : (choose([...first, ...others]).assignments[0]?.taskId ?? null)
}

/** Until when shorter tasks may go before the one that waits for room; null when none may. */
function opensAt(decision: Decision, workerId: string): number | null {
  for (const byWorker of decision.reasons.values())
    for (const reason of byWorker.get(workerId) ?? []) if (reason.code === 'behind') return reason.startsAt
  return null
}

/**
 * Reserves a waiting task for a worker: one statement decides who wins. Null when somebody else has it already.
 * @throws CroftError conflict when the worker has no room for it or is out of service, or the rules forbid it now
 */
export async function claimTask(
  ctx: Context,
  worker: { id: string; kind: string },
  taskId: string,
): Promise<Lease | null> {
  const leaseSeconds =
    worker.kind === 'zimfarm'
      ? LEASE_SECONDS.zimfarm
      : worker.kind === 'in_process'
        ? LEASE_SECONDS.inProcess
        : LEASE_SECONDS.agent
  const now = ctx.now()
  const input = { taskId, workerId: worker.id, now, leaseSeconds, actor: actorName(ctx.actor) }
  const admitted = await admission(ctx, worker.id, taskId)
  const claimed =
    admitted === null
      ? await claim(sqlOf(ctx.db), input)
      : await inTransaction(ctx.db, async (tx) => {
          const sql = sqlOf(tx)
          await admitted.check(sql)
          const taken = await claim(sql, input)
          if (taken !== null) await admitted.noteProbe(sql)
          return taken
        })
  if (claimed !== null)
    return { taskId, fence: claimed.fence, leaseExpiresAt: new Date(now.getTime() + leaseSeconds * 1000) }
  const after = await ctx.db.task.findUnique({ where: { id: taskId }, select: { status: true, notBefore: true } })
  if (after?.status !== 'requested' || (after.notBefore !== null && after.notBefore > now)) return null
  throw new CroftError('conflict', 'the worker has no room for this task, or is out of service')
}

/** Takes the next task that fits the worker; null when there is none. */
export async function takeNext(ctx: Context, workerId: string, available?: Resources): Promise<Lease | null> {
  for (let tries = 0; tries < 20; tries++) {
    const worker = await workerRow(ctx.db, { id: workerId })
    if (worker === null || worker.deletedAt !== null || worker.cordonedAt !== null || worker.disabledAt !== null)
      return null
    const taskId = await nextTaskFor(ctx, worker, available)
    if (taskId === null) return null
    const lease = await claimTask(ctx, worker, taskId).catch((error: unknown) => {
      if (error instanceof CroftError && error.code === 'conflict') return null
      throw error
    })
    if (lease !== null) return lease
  }
  return null
}
