import { expectedEnd, type QueuedTask, type RunningTask, type WorkerState } from '#lib/core/matching'
import { quietUntil, type QuietHours } from '#lib/core/quiet'
import { lesser, without, type Resources } from '#lib/core/resources'
import { isOnline, type WorkerKind } from '#lib/core/worker'
import type { Prisma } from '#lib/db/client'
import type { Candidate, Running } from '#lib/db/queue'
import type { ReadContext } from '../context'
import { resourcesOf } from './view'

export type WorkerRow = Prisma.WorkerGetPayload<object>

type Facts = Pick<
  WorkerRow,
  'id' | 'name' | 'cpu' | 'reservedCpu' | 'taskTypes' | 'lastIp' | 'selfish' | 'lastSeenAt' | 'kind'
> &
  Record<'memory' | 'disk' | 'reservedMemory' | 'reservedDisk', number | bigint> & {
    platforms: unknown
    contexts: unknown
    cordonedAt: unknown
    disabledAt: unknown
    quietHours: unknown
  }

export function workerState(worker: Facts, now: Date, available?: Resources): WorkerState {
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
    quietUntil: quietUntil(worker.quietHours as QuietHours | null, now.getTime()),
    online: isOnline({ kind: worker.kind as WorkerKind, lastSeenAt: worker.lastSeenAt }, now),
  }
}

export const QUEUED = {
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
  const durations =
    workerIds.length === 0
      ? []
      : await ctx.db.scheduleDuration.findMany({
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

export const stateOfRunning = (row: Running, now: Date): RunningTask => ({
  id: row.id,
  workerId: row.workerId,
  resources: resourcesOf(row),
  platform: row.platform,
  hosts: row.hosts,
  endsAt: expectedEnd(row.since.getTime(), row.expectedSeconds, now.getTime()),
})

export const stateOfCandidate = (row: Candidate & { notBefore?: number | null }, workerId: string): QueuedTask => ({
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
  queuedAt: row.queuedAt,
  notBefore: row.notBefore ?? null,
  expectedSeconds: row.expectedSeconds,
  secondsByWorker: row.seconds === null ? {} : { [workerId]: row.seconds },
})
