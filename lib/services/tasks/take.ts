import { CroftError } from '#lib/core/error'
import { LEASE_SECONDS } from '#lib/core/lease'
import { decide, type Decision, type Reason } from '#lib/core/matching'
import type { Resources } from '#lib/core/resources'
import { claim } from '#lib/db/claim'
import { inTransaction } from '#lib/db/client'
import { firstCandidates, runningFor, shortCandidates, type Candidate, type Held, type Seeker } from '#lib/db/queue'
import { sqlOf } from '#lib/db/sql'
import { workerRow } from '#lib/db/worker'
import { actorName, type Context, type ReadContext } from '../context'
import { admission, limitedSubjects, whatIsKnown, type Known } from './admit'
import { rulesFor } from './rules'
import { keepSlot } from './slots'
import { turnsOf } from './turns'
import { stateOfCandidate, stateOfRunning, workerState, type WorkerRow } from './states'

export type Lease = { taskId: string; fence: number; leaseExpiresAt: Date }

/** What a look has found: a task, or none; `limited` when a platform's or a web site's limit holds some back. */
export type Found = { taskId: string | null; limited: boolean; known: Known | null }
const NONE: ReadonlySet<string> = new Set()
const NOTHING: Found = { taskId: null, limited: false, known: null }

/**
 * The task that the worker should take now, by `decide`. Nothing is reserved. What others have
 * just been offered is passed over, and counts as running where a limit is concerned; so is what is `passed`.
 */
export async function nextTaskFor(
  ctx: ReadContext,
  worker: WorkerRow,
  available?: Resources,
  passed: ReadonlySet<string> = NONE,
): Promise<Found> {
  const now = ctx.now()
  const state = { ...workerState(worker, now, available), online: true }
  const seeker: Seeker = {
    id: worker.id,
    taskTypes: state.taskTypes,
    contexts: Object.keys(state.contexts),
    totals: state.totals,
    selfish: state.selfish,
  }
  const isLeft = ({ id }: Candidate) => !passed.has(id)
  const oldBefore = new Date(now.getTime() - ctx.settings.policy.ageing.stepSeconds * 1000)
  const look = async (held: Held) => {
    const first = (await firstCandidates(ctx.db, seeker, now, oldBefore, held)).filter(isLeft)
    if (first.length === 0) return null
    const found = await rulesFor(ctx, { tasks: first.map((row) => row.id), workerId: worker.id })
    const { policy, ...rules } = { ...found, policy: { ...found.policy, atOnce: 1 } }
    const subjects = limitedSubjects(first, state, policy)
    const idle = !holdsRoom(worker) && subjects.platforms.length === 0 && subjects.hosts.length === 0
    const running = idle ? [] : await runningFor(ctx.db, { ...subjects, workerId: worker.id, now, offers: true })
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
    return { first, found, choose, decision, reasons: reasonsOf(decision, worker.id) }
  }

  let limited = false
  let held: Held = { hosts: [], schedules: [] }
  let seen = await look(held)
  // What is held back by its web site or its schedule speaks for no other task of its shape: look past it.
  for (let looks = 1; seen !== null && looks < LOOKS; looks++) {
    limited ||= seen.reasons.some(({ code }) => LIMIT_CODES.has(code))
    const more = heldBy(seen.first, seen.decision, worker.id)
    if (more.hosts.length === 0 && more.schedules.length === 0) break
    held = { hosts: [...held.hosts, ...more.hosts], schedules: [...held.schedules, ...more.schedules] }
    seen = await look(held)
  }
  if (seen === null) return { ...NOTHING, limited }

  const { first, found, choose, decision } = seen
  await keepSlot(ctx, worker.id, found.slots, decision.slots)
  const answer = (taskId: string | undefined, candidates: Candidate[]): Found => {
    const row = candidates.find(({ id }) => id === taskId)
    if (row === undefined) return { taskId: null, limited, known: null }
    return { taskId: row.id, limited, known: { task: stateOfCandidate(row, worker.id), worker: state, rules: found } }
  }
  const chosen = decision.assignments[0]?.taskId
  if (chosen !== undefined) return answer(chosen, first)
  const until = opensAt(seen.reasons)
  if (until === null) return answer(undefined, [])
  const shorter = await shortCandidates(ctx.db, seeker, now, state.available, (until - now.getTime()) / 1000)
  const known = new Set(first.map((row) => row.id))
  const others = shorter.filter((row) => isLeft(row) && !known.has(row.id))
  if (others.length === 0) return answer(undefined, [])
  const all = [...first, ...others]
  return answer(choose(all).assignments[0]?.taskId, all)
}

/** So often one look goes past what is held back, at most; each time past all that the one before has found. */
const LOOKS = 8

/** The web sites and schedules that held candidates back, and nothing else of their shape. */
function heldBy(candidates: readonly Candidate[], decision: Decision, workerId: string): Held {
  const hosts = new Set<string>()
  const schedules = new Set<string>()
  for (const { id, scheduleId } of candidates)
    for (const reason of decision.reasons.get(id)?.get(workerId) ?? []) {
      if (reason.code === 'host_total' || reason.code === 'host_worker') hosts.add(reason.host)
      if (reason.code !== 'paused') continue
      if (reason.scope === 'host') hosts.add(reason.subject)
      if (reason.scope === 'schedule' && scheduleId !== null) schedules.add(scheduleId)
    }
  return { hosts: [...hosts], schedules: [...schedules] }
}

/** Whether anything runs on the worker that takes of its room. */
const holdsRoom = ({ reservedCpu, reservedMemory, reservedDisk }: WorkerRow) =>
  reservedCpu > 0 || reservedMemory > 0 || reservedDisk > 0

const LIMIT_CODES = new Set<Reason['code']>(['platform_total', 'platform_worker', 'host_total', 'host_worker'])
const reasonsOf = (decision: Decision, workerId: string): Reason[] =>
  [...decision.reasons.values()].flatMap((byWorker) => byWorker.get(workerId) ?? [])

/** Until when shorter tasks may go before the one that waits for room; null when none may. */
function opensAt(reasons: readonly Reason[]): number | null {
  for (const reason of reasons) if (reason.code === 'behind') return reason.startsAt
  return null
}

/**
 * Reserves a waiting task for a worker: one statement decides who wins. Null when somebody else has it already. Who has
 * just looked gives what it knows, so that it is not asked for again.
 * @throws CroftError conflict when the worker has no room for it or is out of service, or the rules forbid it now
 */
export async function claimTask(
  ctx: Context,
  worker: { id: string; kind: string },
  taskId: string,
  known?: Known | null,
): Promise<Lease | null> {
  const leaseSeconds =
    worker.kind === 'zimfarm'
      ? LEASE_SECONDS.zimfarm
      : worker.kind === 'in_process'
        ? LEASE_SECONDS.inProcess
        : LEASE_SECONDS.agent
  const now = ctx.now()
  const input = { taskId, workerId: worker.id, now, leaseSeconds, actor: actorName(ctx.actor) }
  const admitted = admission(ctx, known ?? (await whatIsKnown(ctx, worker.id, taskId)))
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

/**
 * Takes the next task that fits the worker; null when there is none. `room` tells what a worker has free now, where it is
 * less than the farm knows of; `look` is told what each look has found.
 */
export async function takeNext(
  ctx: Context,
  workerId: string,
  {
    room = () => undefined,
    look = () => undefined,
  }: { room?: (worker: WorkerRow) => Resources | undefined; look?: (found: Found) => void } = {},
): Promise<Lease | null> {
  const turns = turnsOf(ctx)
  for (let tries = 0; tries < 20; tries++) {
    const worker = await workerRow(ctx.db, { id: workerId })
    if (worker === null || worker.deletedAt !== null || worker.cordonedAt !== null || worker.disabledAt !== null)
      return null
    const free = room(worker)
    const found = await turns.inTurn(async () => {
      const one = await nextTaskFor(ctx, worker, free, turns.chosen)
      if (one.taskId !== null) turns.chosen.add(one.taskId)
      return one
    })
    look(found)
    const { taskId } = found
    if (taskId === null) return null
    const lease = await claimTask(ctx, worker, taskId, found.known)
      .catch((error: unknown) => {
        if (error instanceof CroftError && error.code === 'conflict') return null
        throw error
      })
      .finally(() => turns.chosen.delete(taskId))
    if (lease !== null) return lease
  }
  return null
}
