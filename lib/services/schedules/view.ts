import { may } from '#lib/core/access'
import { expand } from '#lib/core/command'
import { dueAt, isOverdue, ticksOf } from '#lib/core/period'
import {
  DEFAULT_DURATION_SECONDS,
  type Language,
  type Notification,
  type NotificationFormat,
  type PeriodFrom,
  type Periodicity,
  type ScheduleConfig,
} from '#lib/core/schedule'
import type { Resources } from '#lib/core/resources'
import { maskParams } from '#lib/core/secrets'
import type { TaskTypeDefinition } from '#lib/core/task-type'
import type { TaskSummary } from '#lib/core/task-view'
import type { FieldErrors } from '#lib/core/error'
import type { Prisma } from '#lib/db/client'
import type { ReadContext } from '../context'
import type { Catalogue } from '../task-types/catalogue'
import { resourcesOf } from '../tasks/view'
import { standingOf } from './standing'

export const LAST_TASK = {
  select: {
    id: true,
    status: true,
    stage: true,
    cancelRequestedAt: true,
    updatedAt: true,
    startedAt: true,
    endedAt: true,
    history: true,
  },
} as const
export type LastTask = Pick<TaskSummary, keyof typeof LAST_TASK.select>

export const SCHEDULE = {
  include: {
    lastTask: LAST_TASK,
    durations: { include: { worker: { select: { name: true } } }, orderBy: { measuredAt: 'desc' } },
    // The rows themselves: Prisma would count over all that wait on the farm.
    tasks: { where: { status: 'requested' }, select: { id: true } },
  },
} as const satisfies Prisma.ScheduleDefaultArgs
export type ScheduleRow = Prisma.ScheduleGetPayload<typeof SCHEDULE>

export type ScheduleView = {
  id: string
  name: string
  taskType: string
  definitionVersion: string
  /** Null where that version is no longer known. */
  definition: TaskTypeDefinition | null
  category: string
  language: Language
  tags: string[]
  periodicity: Periodicity
  enabled: boolean
  resources: Resources
  platform: string | null
  /** Only workers with this context take its tasks; empty for any. */
  context: string
  periodFrom: PeriodFrom
  /** Complaints of today's definition; null when it fits. */
  invalid: FieldErrors | null
  archivedAt: Date | null
  lastSuccessAt: Date | null
  /** Its last success is longer ago than its period. */
  overdue: boolean
  /** From when on its next task will be requested by itself; null for never, and while one waits or runs. */
  nextAt: Date | null
  config: ScheduleConfig
  /** The command line, with what the task type injects. */
  command: string[]
  notification: Notification | null
  notificationFormat: NotificationFormat
  notes: string
  /** Addresses of tickets about it. */
  tickets: string[]
  version: number
  /** Tasks that ended otherwise since the last success. */
  failedInRow: number
  queued: number
  lastTask: LastTask | null
  /** The next times at which it will be requested by itself, if all goes well (ticksOf in lib/core/period.ts). */
  ticks: Date[]
  durations: {
    defaultSeconds: number
    defaultAt: Date
    workers: { worker: string; seconds: number; measuredAt: Date }[]
  }
  createdAt: Date
  updatedAt: Date
}

/** How many of the next times are told. */
const TICKS = 20

/** As `expectedSeconds` has it (durations.ts): the latest measured one, else the default. */
const expected = (row: ScheduleRow): number =>
  (row.durations.find((duration) => duration.workerId !== null) ?? row.durations[0])?.seconds ??
  DEFAULT_DURATION_SECONDS

/** A schedule as this caller may see it: secrets and who is told only for those who may change it. */
export function toSchedule(
  ctx: ReadContext,
  types: Catalogue,
  row: ScheduleRow,
  options: { secrets?: boolean } = {},
): ScheduleView {
  const trusted = may(ctx.actor, 'schedules.secrets')
  const definition = types.definition(row.taskTypeId, row.definitionVersion) ?? null
  const stored = row.config as ScheduleConfig
  const shown =
    trusted && options.secrets !== false ? stored : { ...stored, params: maskParams(definition, stored.params) }
  const resources = resourcesOf(row)
  const standing = standingOf(row)
  const fallback = row.durations.find((duration) => duration.workerId === null)
  return {
    id: row.id,
    name: row.name,
    taskType: row.taskTypeId,
    definitionVersion: row.definitionVersion,
    definition,
    category: row.category,
    language: { code: row.languageCode, nameEn: row.languageNameEn, nameNative: row.languageNative },
    tags: row.tags,
    periodicity: row.periodicity as Periodicity,
    enabled: row.enabled,
    resources,
    platform: row.platform,
    context: row.context,
    periodFrom: row.periodFrom as PeriodFrom,
    invalid: row.invalid as FieldErrors | null,
    archivedAt: row.archivedAt,
    lastSuccessAt: row.lastSuccessAt,
    overdue: isOverdue(standing, ctx.now()),
    nextAt: dueAt(standing),
    config: shown,
    command:
      definition === null
        ? []
        : expand(definition, { config: shown, resources, platform: row.platform }, ctx.settings).command,
    notification: trusted ? (row.notification as Notification | null) : null,
    notificationFormat: row.notificationFormat as NotificationFormat,
    notes: row.notes,
    tickets: row.tickets,
    version: row.version,
    failedInRow: row.failedInRow,
    queued: row.tasks.length,
    lastTask: row.lastTask as LastTask | null,
    ticks: ticksOf(standing, { now: ctx.now(), seconds: expected(row), count: TICKS }),
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
