import { quietUntil, type QuietHours } from '#lib/core/quiet'
import type { Resources } from '#lib/core/resources'
import { ACTIVE, type Progress, type TaskStatus } from '#lib/core/task'
import { isOnline, type WorkerKind } from '#lib/core/worker'
import type { Prisma } from '#lib/db/client'
import { resourcesOf } from '../tasks/view'

export const WORKER = {
  include: {
    account: { select: { username: true } },
    tasks: {
      where: { status: { in: [...ACTIVE] } },
      select: { id: true, scheduleName: true, status: true, progress: true, cpu: true, memory: true, disk: true },
      orderBy: { reservedAt: 'asc' },
    },
  },
} as const satisfies Prisma.WorkerDefaultArgs
export type WorkerWithTasks = Prisma.WorkerGetPayload<typeof WORKER>

/** It takes nothing new: by its own wish (`by` is null) or somebody's. */
export type WorkerCordon = {
  since: Date
  by: string | null
  reason: string | null
  until: Date | null
  /** Somebody waits for it to be empty; `emptySince` tells that it is. */
  draining: boolean
  emptySince: Date | null
}

export type WorkerView = {
  id: string
  name: string
  owner: string
  kind: WorkerKind
  online: boolean
  resources: Resources
  reserved: Resources
  taskTypes: string[]
  platforms: Record<string, number>
  selfish: boolean
  cordoned: WorkerCordon | null
  quiet: { hours: QuietHours; until: Date | null } | null
  disabled: { since: Date; by: string | null; reason: string | null } | null
  /** Its contexts' names; the addresses are for those who may see secrets. */
  contexts: string[]
  version: string | null
  lastSeenAt: Date | null
  lastIp: string | null
  running: { id: string; name: string; status: TaskStatus; progress: Progress | null; resources: Resources }[]
}

function quietOf(hours: QuietHours | null, now: Date): WorkerView['quiet'] {
  if (hours === null) return null
  const until = quietUntil(hours, now.getTime())
  return { hours, until: until === null ? null : new Date(until) }
}

export function toWorker(row: WorkerWithTasks, now: Date): WorkerView {
  const kind = row.kind as WorkerKind
  return {
    id: row.id,
    name: row.name,
    owner: row.account.username,
    kind,
    online: isOnline({ kind, lastSeenAt: row.lastSeenAt }, now),
    resources: resourcesOf(row),
    reserved: { cpu: row.reservedCpu, memory: Number(row.reservedMemory), disk: Number(row.reservedDisk) },
    taskTypes: row.taskTypes,
    platforms: row.platforms as Record<string, number>,
    selfish: row.selfish,
    cordoned:
      row.cordonedAt === null
        ? null
        : {
            since: row.cordonedAt,
            by: row.cordonedBy,
            reason: row.cordonReason,
            until: row.cordonUntil,
            draining: row.draining,
            emptySince: row.drainedAt,
          },
    quiet: quietOf(row.quietHours as QuietHours | null, now),
    disabled:
      row.disabledAt === null ? null : { since: row.disabledAt, by: row.disabledBy, reason: row.disabledReason },
    contexts: Object.keys(row.contexts as Record<string, string | null>).sort(),
    version: row.version,
    lastSeenAt: row.lastSeenAt,
    lastIp: row.lastIp,
    running: row.tasks.map((task) => ({
      id: task.id,
      name: task.scheduleName,
      status: task.status,
      progress: task.progress as Progress | null,
      resources: resourcesOf(task),
    })),
  }
}
