import { CroftError } from '#lib/core/error'
import { LEASE_SECONDS } from '#lib/core/lease'
import {
  decide,
  expectedEnd,
  explain,
  isLimited,
  type Decision,
  type Policy,
  type QueuedTask,
  type RunningTask,
  type WorkerState,
} from '#lib/core/matching'
import { lesser, without, type Resources } from '#lib/core/resources'
import { ACTIVE } from '#lib/core/task'
import { isOnline, type WorkerKind } from '#lib/core/worker'
import { claim, lockLimits } from '#lib/db/claim'
import type { Prisma } from '#lib/db/client'
import {
  firstCandidates,
  runningBy,
  runningFor,
  shortCandidates,
  type Candidate,
  type Running,
  type Seeker,
  type Subjects,
} from '#lib/db/queue'
import { inSql, sqlOf } from '#lib/db/sql'
import { actorName, type Context, type ReadContext } from '../context'
import { resourcesOf } from './view'

export type WorkerRow = Prisma.WorkerGetPayload<object>
export type Lease = { taskId: string; fence: number; leaseExpiresAt: Date }

/** How many of the waiting tasks before one are looked at to say why it waits. */
const WINDOW = 200

export function workerState(worker: WorkerRow, now: Date, available?: Resources): WorkerState {
  const totals = resourcesOf(worker)
  const free = without(totals, {
    cpu: worker.reservedCpu,
    memory: Number(worker.reservedMemory),
    disk: Number(worker.reservedDisk),
  })
  return {
    id: worker.id,
    name: worker.name,
    totals,
    available: available === undefined ? free : lesser(free, available),
    taskTypes: worker.taskTypes,
    platforms: worker.platforms as Record<string, number>,
    contexts: worker.contexts as Record<string, string | null>,
    address: worker.lastIp,
    selfish: worker.selfish,
    disabled: worker.disabledAt !== null,
    cordoned: worker.cordonedAt !== null,
    online: isOnline({ kind: worker.kind as WorkerKind, lastSeenAt: worker.lastSeenAt }, now),
  }
}

const QUEUED = {
  id: true,
  taskTypeId: true,
  priority: true,
  cpu: true,
  memory: true,
  disk: true,
  platform: true,
  context: true,
  hosts: true,
  image: true,
  pinnedWorkerId: true,
  updatedAt: true,
  notBefore: true,
  expectedSeconds: true,
  scheduleId: true,
} as const satisfies Prisma.TaskSelect
type QueuedRow = Prisma.TaskGetPayload<{ select: typeof QUEUED }>

/** Waiting tasks as `decide` sees them, with what each has taken on the given workers. */
export async function queuedTasks(ctx: ReadContext, rows: QueuedRow[], workerIds: string[]): Promise<QueuedTask[]> {
  const scheduleIds = rows.flatMap((row) => (row.scheduleId === null ? [] : [row.scheduleId]))
  const durations = await ctx.db.scheduleDuration.findMany({
    where: { scheduleId: { in: scheduleIds }, workerId: { in: workerIds } },
    select: { scheduleId: true, workerId: true, seconds: true },
  })
  const measured = new Map<string, Record<string, number>>()
  for (const { scheduleId, workerId, seconds } of durations) {
    measured.set(scheduleId, { ...measured.get(scheduleId), [String(workerId)]: seconds })
  }
  return rows.map((row) => ({
    id: row.id,
    taskType: row.taskTypeId,
    schedule: row.scheduleId,
    priority: row.priority,
    resources: resourcesOf(row),
    platform: row.platform,
    context: row.context,
    hosts: row.hosts,
    image: row.image,
    pinnedWorkerId: row.pinnedWorkerId,
    queuedAt: row.updatedAt.getTime(),
    notBefore: row.notBefore?.getTime() ?? null,
    expectedSeconds: row.expectedSeconds,
    secondsByWorker: (row.scheduleId !== null && measured.get(row.scheduleId)) || {},
  }))
}

export async function waiting(
  ctx: ReadContext,
  where: Prisma.TaskWhereInput,
  workerIds: string[],
  window = WINDOW,
): Promise<QueuedTask[]> {
  const rows = await ctx.db.task.findMany({
    where: { ...where, status: 'requested' },
    orderBy: [{ priority: 'desc' }, { expectedSeconds: 'desc' }, { updatedAt: 'asc' }, { id: 'asc' }],
    take: window,
    select: QUEUED,
  })
  return queuedTasks(ctx, rows, workerIds)
}

/** What runs on the farm, or on one worker only. */
export async function runningTasks(ctx: ReadContext, where: Prisma.TaskWhereInput = {}): Promise<RunningTask[]> {
  const now = ctx.now().getTime()
  const rows = await ctx.db.task.findMany({
    where: { ...where, status: { in: [...ACTIVE] } },
    select: {
      id: true,
      workerId: true,
      cpu: true,
      memory: true,
      disk: true,
      platform: true,
      hosts: true,
      expectedSeconds: true,
      startedAt: true,
      reservedAt: true,
    },
  })
  return rows.map((row) => ({
    id: row.id,
    workerId: row.workerId ?? '',
    resources: resourcesOf(row),
    platform: row.platform,
    hosts: row.hosts,
    endsAt: expectedEnd((row.startedAt ?? row.reservedAt ?? new Date(now)).getTime(), row.expectedSeconds, now),
  }))
}

const stateOfRunning = (row: Running, now: Date): RunningTask => ({
  id: row.id,
  workerId: row.workerId,
  resources: resourcesOf(row),
  platform: row.platform,
  hosts: row.hosts,
  endsAt: expectedEnd(row.since.getTime(), row.expectedSeconds, now.getTime()),
})

const stateOfCandidate = (row: Candidate, workerId: string): QueuedTask => ({
  id: row.id,
  taskType: row.taskTypeId,
  schedule: row.scheduleId,
  priority: row.priority,
  resources: resourcesOf(row),
  platform: row.platform,
  context: row.context,
  hosts: row.hosts,
  image: row.image,
  pinnedWorkerId: row.pinnedWorkerId,
  queuedAt: row.updatedAt.getTime(),
  notBefore: row.notBefore?.getTime() ?? null,
  expectedSeconds: row.expectedSeconds,
  secondsByWorker: row.seconds === null ? {} : { [workerId]: row.seconds },
})

/** The platforms and web sites of tasks that some limit concerns. */
function limitedSubjects(
  tasks: readonly { platform: string | null; hosts: readonly string[] }[],
  worker: WorkerState,
  policy: Policy,
): Subjects {
  const limited = (task: { platform: string | null; hosts: readonly string[] }) => isLimited(task, worker, policy)
  const platforms = new Set(tasks.flatMap((task) => task.platform ?? []))
  const hosts = new Set(tasks.flatMap((task) => task.hosts))
  return {
    platforms: [...platforms].filter((platform) => limited({ platform, hosts: [] })),
    hosts: [...hosts].filter((host) => limited({ platform: null, hosts: [host] })),
  }
}

/**
 * The task that the worker should take now, by `decide`; null when none fits. Nothing is reserved. What others have
 * just been offered is passed over, and counts as running where a limit is concerned.
 */
export async function nextTaskFor(ctx: ReadContext, worker: WorkerRow, available?: Resources): Promise<string | null> {
  const now = ctx.now()
  const { policy } = ctx.settings
  const state = { ...workerState(worker, now, available), online: true }
  const seeker: Seeker = {
    id: worker.id,
    taskTypes: state.taskTypes,
    contexts: Object.keys(state.contexts),
    totals: state.totals,
    selfish: state.selfish,
  }
  const oldBefore = new Date(now.getTime() - policy.ageing.stepSeconds * 1000)
  const first = await firstCandidates(ctx.db, seeker, now, oldBefore)
  if (first.length === 0) return null
  const running = await runningFor(ctx.db, {
    ...limitedSubjects(first, state, policy),
    workerId: worker.id,
    now,
    offers: true,
  })
  const choose = (candidates: Candidate[]) =>
    decide(
      {
        workers: [state],
        queue: candidates.map((row) => stateOfCandidate(row, worker.id)),
        running: running.map((row) => stateOfRunning(row, now)),
        pauses: [],
        breakers: [],
        slots: [],
      },
      now.getTime(),
      policy,
    )
  const decision = choose(first)
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

const CLAIMED = { ...QUEUED, status: true } as const satisfies Prisma.TaskSelect

/**
 * Reserves a waiting task for a worker: one statement decides who wins. Null when somebody else has it already.
 * Where a platform or a web site is limited, the takes of its tasks go one after another, so that takes at once cannot exceed it.
 * @throws CroftError conflict when the worker has no room for it or is out of service, or a limit is reached
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
  const limited = await limitsOfTake(ctx, worker.id, taskId)
  const claimed =
    limited === null
      ? await claim(sqlOf(ctx.db), input)
      : await inSql(ctx.db, async (sql) => {
          await lockLimits(sql, limited.subjects)
          const running = await runningBy(sql, { ...limited.subjects, workerId: worker.id, now, offers: false })
          limited.check(running.map((row) => stateOfRunning(row, now)))
          return claim(sql, input)
        })
  if (claimed !== null)
    return { taskId, fence: claimed.fence, leaseExpiresAt: new Date(now.getTime() + leaseSeconds * 1000) }
  const after = await ctx.db.task.findUnique({ where: { id: taskId }, select: { status: true, notBefore: true } })
  if (after?.status !== 'requested' || (after.notBefore !== null && after.notBefore > now)) return null
  throw new CroftError('conflict', 'the worker has no room for this task, or is out of service')
}

/** What limits a take, and their check; null when nothing does. */
async function limitsOfTake(ctx: ReadContext, workerId: string, taskId: string) {
  const { policy } = ctx.settings
  const now = ctx.now()
  const [row, worker] = await Promise.all([
    ctx.db.task.findUnique({ where: { id: taskId }, select: CLAIMED }),
    ctx.db.worker.findUnique({ where: { id: workerId } }),
  ])
  if (row === null || worker === null) return null
  const state = workerState(worker, now)
  if (!isLimited(row, state, policy)) return null
  const [task] = await queuedTasks(ctx, [row], [])
  if (task === undefined) return null
  return {
    subjects: limitedSubjects([task], state, policy),
    check(running: RunningTask[]) {
      const farm = { workers: [state], queue: [task], running, pauses: [], breakers: [], slots: [] }
      const reasons = explain(farm, taskId, now.getTime(), policy).get(workerId) ?? []
      for (const reason of reasons) {
        if (reason.code === 'platform_total' || reason.code === 'platform_worker')
          throw new CroftError('conflict', `${reason.limit} tasks of ${reason.platform} may run at once, and do`)
        if (reason.code === 'host_total' || reason.code === 'host_worker')
          throw new CroftError('conflict', `${reason.limit} tasks on ${reason.host} may run at once, and do`)
      }
    },
  }
}

/** Takes the next task that fits the worker; null when there is none. */
export async function takeNext(ctx: Context, workerId: string, available?: Resources): Promise<Lease | null> {
  for (let tries = 0; tries < 20; tries++) {
    const worker = await ctx.db.worker.findUnique({ where: { id: workerId } })
    if (worker === null || worker.deletedAt !== null || worker.cordonedAt !== null || worker.disabledAt !== null)
      return null
    const taskId = await nextTaskFor(ctx, worker, available)
    if (taskId === null) return null
    const lease = await claimTask(ctx, worker, taskId)
    if (lease !== null) return lease
  }
  return null
}
