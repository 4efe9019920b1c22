import { CroftError } from '#lib/core/error'
import { LEASE_SECONDS } from '#lib/core/lease'
import { decide, expectedEnd, type QueuedTask, type RunningTask, type WorkerState } from '#lib/core/matching'
import { lesser, without, type Resources } from '#lib/core/resources'
import { ACTIVE } from '#lib/core/task'
import { isOnline, type WorkerKind } from '#lib/core/worker'
import { claim, count } from '#lib/db/claim'
import type { Prisma } from '#lib/db/client'
import { transaction, type Context, type ReadContext } from '../context'
import { appendEvent } from '../events/append'
import { resourcesOf } from './view'

export type WorkerRow = Prisma.WorkerGetPayload<object>
export type Lease = { taskId: string; fence: number; leaseExpiresAt: Date }

/** How many of the first waiting tasks one decision looks at. */
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

/** The task that the worker should take now, by `decide`; null when none fits. Nothing is reserved. */
export async function nextTaskFor(ctx: ReadContext, worker: WorkerRow, available?: Resources): Promise<string | null> {
  const now = ctx.now()
  const candidates = await waiting(
    ctx,
    {
      taskTypeId: { in: worker.taskTypes },
      cpu: { lte: worker.cpu },
      memory: { lte: worker.memory },
      disk: { lte: worker.disk },
      OR: worker.selfish ? [{ pinnedWorkerId: worker.id }] : [{ pinnedWorkerId: worker.id }, { pinnedWorkerId: null }],
      AND: { OR: [{ notBefore: null }, { notBefore: { lte: now } }] },
    },
    [worker.id],
  )
  if (candidates.length === 0) return null
  const platforms = [...new Set(candidates.flatMap((task) => task.platform ?? []))]
  const running = await runningTasks(ctx, { OR: [{ workerId: worker.id }, { platform: { in: platforms } }] })
  const state = { ...workerState(worker, now, available), online: true }
  const { assignments } = decide(
    { workers: [state], queue: candidates, running, pauses: [], breakers: [], slots: [] },
    now.getTime(),
    ctx.settings.policy,
  )
  return assignments[0]?.taskId ?? null
}

/**
 * Reserves a waiting task for a worker: one statement decides who wins. Null when somebody else has it already.
 * @throws CroftError conflict when the worker has no room for it or is cordoned
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
  return transaction(ctx, async (tx) => {
    const claimed = await claim(tx.db, { taskId, workerId: worker.id, now, leaseSeconds })
    if (claimed === null) return null
    if (!claimed.held) throw new CroftError('conflict', 'the worker has no room for this task, or is cordoned')
    const { scheduleId } = await tx.db.task.findUniqueOrThrow({ where: { id: taskId }, select: { scheduleId: true } })
    if (scheduleId !== null) {
      await tx.db.schedule.updateMany({ where: { id: scheduleId }, data: { lastTaskId: taskId } })
    }
    await count(tx.db, [
      { taskId, status: 'requested', by: -1 },
      { taskId, status: 'reserved', by: 1 },
    ])
    await appendEvent(tx, {
      kind: 'task.reserved',
      taskId,
      scheduleId,
      workerId: worker.id,
      data: { move: 'reserve', from: 'requested', attempt: claimed.attempt, fence: claimed.fence },
    })
    return { taskId, fence: claimed.fence, leaseExpiresAt: new Date(now.getTime() + leaseSeconds * 1000) }
  })
}

/** Takes the next task that fits the worker; null when there is none. */
export async function takeNext(ctx: Context, workerId: string, available?: Resources): Promise<Lease | null> {
  for (let tries = 0; tries < 20; tries++) {
    const worker = await ctx.db.worker.findUnique({ where: { id: workerId } })
    if (worker === null || worker.deletedAt !== null || worker.cordonedAt !== null) return null
    const taskId = await nextTaskFor(ctx, worker, available)
    if (taskId === null) return null
    const lease = await claimTask(ctx, worker, taskId)
    if (lease !== null) return lease
  }
  return null
}
