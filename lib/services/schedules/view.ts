import { may } from '#lib/core/access'
import { expand } from '#lib/core/command'
import {
  DEFAULT_DURATION_SECONDS,
  type Language,
  type Notification,
  type Periodicity,
  type ScheduleConfig,
} from '#lib/core/schedule'
import type { Resources } from '#lib/core/resources'
import { maskParams } from '#lib/core/secrets'
import { TASK_TYPES } from '#lib/core/task-types/index'
import type { Prisma } from '#lib/db/client'
import type { ReadContext } from '../context'
import { resourcesOf } from '../tasks/view'

export const SCHEDULE = {
  include: {
    lastTask: { select: { id: true, status: true, stage: true, cancelRequestedAt: true, updatedAt: true } },
    durations: { include: { worker: { select: { name: true } } }, orderBy: { measuredAt: 'desc' } },
    _count: { select: { tasks: { where: { status: 'requested' } } } },
  },
} as const satisfies Prisma.ScheduleDefaultArgs
export type ScheduleRow = Prisma.ScheduleGetPayload<typeof SCHEDULE>

export type ScheduleView = {
  id: string
  name: string
  taskType: string
  category: string
  language: Language
  tags: string[]
  periodicity: Periodicity
  enabled: boolean
  resources: Resources
  platform: string | null
  config: ScheduleConfig
  /** The command line, with what the task type injects. */
  command: string[]
  notification: Notification | null
  notes: string
  version: number
  queued: number
  lastTask: NonNullable<ScheduleRow['lastTask']> | null
  durations: {
    defaultSeconds: number
    defaultAt: Date
    workers: { worker: string; seconds: number; measuredAt: Date }[]
  }
  createdAt: Date
  updatedAt: Date
}

/** A schedule as this caller may see it: secrets and who is told only for those who may change it. */
export function toSchedule(ctx: ReadContext, row: ScheduleRow, options: { secrets?: boolean } = {}): ScheduleView {
  const trusted = may(ctx.actor, 'schedules.secrets')
  const definition = TASK_TYPES[row.taskTypeId]
  const stored = row.config as ScheduleConfig
  const shown =
    definition === undefined || (trusted && options.secrets !== false)
      ? stored
      : { ...stored, params: maskParams(definition, stored.params) }
  const resources = resourcesOf(row)
  const fallback = row.durations.find((duration) => duration.workerId === null)
  return {
    id: row.id,
    name: row.name,
    taskType: row.taskTypeId,
    category: row.category,
    language: { code: row.languageCode, nameEn: row.languageNameEn, nameNative: row.languageNative },
    tags: row.tags,
    periodicity: row.periodicity as Periodicity,
    enabled: row.enabled,
    resources,
    platform: row.platform,
    config: shown,
    command:
      definition === undefined
        ? []
        : expand(definition, { config: shown, resources, platform: row.platform }, ctx.settings).command,
    notification: trusted ? (row.notification as Notification | null) : null,
    notes: row.notes,
    version: row.version,
    queued: row._count.tasks,
    lastTask: row.lastTask,
    durations: {
      defaultSeconds: fallback?.seconds ?? DEFAULT_DURATION_SECONDS,
      defaultAt: fallback?.measuredAt ?? row.createdAt,
      workers: row.durations.flatMap((duration) =>
        duration.worker === null
          ? []
          : [{ worker: duration.worker.name, seconds: duration.seconds, measuredAt: duration.measuredAt }],
      ),
    },
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }
}
