import { expand } from '#lib/core/command'
import {
  zimDate,
  zimUpdatedAt,
  foreignConfig,
  foreignStatus,
  foreignTimestamps,
  foreignResources,
  taskDocument,
} from '#lib/core/task-document'
import type { Params, ScheduleConfig } from '#lib/core/schedule'
import { maskDeep, maskParams } from '#lib/core/secrets'
import type { TaskDetails, TaskSummary } from '#lib/core/task-view'
import type { NewSchedule } from '#lib/services/schedules/create'
import type { ScheduleChange } from '#lib/services/schedules/update'
import type { ScheduleView } from '#lib/services/schedules/view'
import type { Settings } from '#lib/services/settings'
import type { Standing } from '#lib/services/tasks/search'
import type { WorkerView } from '#lib/services/workers/view'
import type { NewScheduleWire, SchedulePatchWire, TASK_STATUSES } from './wire'

export const page = (skip: number, limit: number | null, count: number, items: unknown[]) => ({
  meta: { skip, limit, count },
  items,
})
/** `2025-04-02T10:20:30.123000`, without a zone. */
export const plainDate = (date: Date) => date.toISOString().replace('Z', '000')

type ResourcesWire = NewScheduleWire['config']['resources']
const fromResources = ({ cpu, memory, disk }: ResourcesWire) => ({ cpu, memory, disk })
const fromExtras = ({ shm, cap_add, cap_drop }: ResourcesWire) => ({
  ...(shm !== undefined && { shm }),
  ...(cap_add !== undefined && { capAdd: cap_add }),
  ...(cap_drop !== undefined && { capDrop: cap_drop }),
})

export function fromSchedule(wire: NewScheduleWire): NewSchedule {
  const { config } = wire
  return {
    name: wire.name,
    taskType: config.task_name,
    category: wire.category,
    language: { code: wire.language.code, nameEn: wire.language.name_en, nameNative: wire.language.name_native },
    tags: wire.tags,
    periodicity: wire.periodicity,
    enabled: wire.enabled,
    platform: config.platform,
    resources: fromResources(config.resources),
    config: {
      params: config.flags as Params,
      image: config.image,
      warehousePath: config.warehouse_path,
      monitor: config.monitor,
      ...fromExtras(config.resources),
      ...(config.artifacts_globs !== undefined && { artifactsGlobs: config.artifacts_globs }),
    },
    notification: wire.notification,
  }
}

/** A patch over the stored config: config keys sit at the top level and replace whole (zimfarm.md §5.5). */
export function fromPatch(patch: SchedulePatchWire, stored: ScheduleConfig): ScheduleChange {
  const touches = ['warehouse_path', 'image', 'resources', 'monitor', 'flags', 'artifacts_globs'].some(
    (key) => key in patch,
  )
  const { shm, capAdd, capDrop, artifactsGlobs, ...rest } = stored
  const kept = { ...(shm !== undefined && { shm }), ...(capAdd && { capAdd }), ...(capDrop && { capDrop }) }
  const extras = patch.resources === undefined ? kept : fromExtras(patch.resources)
  const globs = patch.artifacts_globs === undefined ? artifactsGlobs : (patch.artifacts_globs ?? undefined)
  return {
    ...(patch.name !== undefined && { name: patch.name }),
    ...(patch.language !== undefined && {
      language: { code: patch.language.code, nameEn: patch.language.name_en, nameNative: patch.language.name_native },
    }),
    ...(patch.category !== undefined && { category: patch.category }),
    ...(patch.periodicity !== undefined && { periodicity: patch.periodicity }),
    ...(patch.tags !== undefined && { tags: patch.tags }),
    ...(patch.enabled !== undefined && { enabled: patch.enabled }),
    ...(patch.task_name !== undefined && { taskType: patch.task_name }),
    ...(patch.platform !== undefined && { platform: patch.platform }),
    ...(patch.resources !== undefined && { resources: fromResources(patch.resources) }),
    ...((touches || patch.task_name !== undefined) && {
      config: {
        ...rest,
        ...(patch.flags !== undefined && { params: patch.flags as Params }),
        ...(patch.image !== undefined && { image: patch.image }),
        ...(patch.warehouse_path !== undefined && { warehousePath: patch.warehouse_path }),
        ...(patch.monitor !== undefined && { monitor: patch.monitor }),
        ...extras,
        ...(globs !== undefined && { artifactsGlobs: globs }),
      },
    }),
  }
}

const lastTask = (last: ScheduleView['lastTask']) =>
  last === null
    ? null
    : {
        _id: last.id,
        status: foreignStatus(last),
        updated_at: zimUpdatedAt(last.updatedAt),
      }
const language = (schedule: ScheduleView) => ({
  code: schedule.language.code,
  name_en: schedule.language.nameEn,
  name_native: schedule.language.nameNative,
})

export const toScheduleItem = (schedule: ScheduleView) => ({
  name: schedule.name,
  category: schedule.category,
  enabled: schedule.enabled,
  is_requested: schedule.queued > 0,
  language: language(schedule),
  config: { task_name: schedule.taskType },
  most_recent_task: lastTask(schedule.lastTask) ?? { _id: null, status: null, updated_at: null },
})

/** One schedule (zimfarm.md §5.4). `secrets` shows them; `expanded: false` gives the config as it was stored. */
export function toScheduleDocument(
  settings: Settings,
  schedule: ScheduleView,
  options: { secrets: boolean; expanded?: boolean },
) {
  const { definition, resources, platform, config } = schedule
  const stored = {
    task_name: schedule.taskType,
    warehouse_path: config.warehousePath,
    image: config.image,
    resources: foreignResources({ ...config, resources, platform } as TaskDetails['config']),
    flags: options.secrets ? config.params : maskParams(definition, config.params),
    platform,
    monitor: config.monitor,
    ...(config.artifactsGlobs !== undefined && { artifacts_globs: config.artifactsGlobs }),
  }
  const expanded =
    definition === null || options.expanded === false
      ? stored
      : foreignConfig(expand(definition, schedule, settings), definition, options.secrets)
  const workers = schedule.durations.workers.map(({ worker, seconds, measuredAt }) => [
    worker,
    { value: seconds, on: zimDate(measuredAt), worker },
  ])
  const document = {
    name: schedule.name,
    category: schedule.category,
    enabled: schedule.enabled,
    tags: schedule.tags,
    periodicity: schedule.periodicity,
    language: language(schedule),
    notification: schedule.notification,
    is_requested: schedule.queued > 0,
    duration: {
      available: workers.length > 0,
      default: { value: schedule.durations.defaultSeconds, on: zimDate(schedule.durations.defaultAt) },
      workers: Object.fromEntries(workers) as unknown,
    },
    config: expanded,
    ...(options.expanded !== false && { most_recent_task: lastTask(schedule.lastTask) }),
  }
  return options.secrets ? document : maskDeep(document)
}

const three = ({ resources: { cpu, memory, disk } }: TaskSummary) => ({ cpu, memory, disk })

export const toRequestedItem = (task: TaskSummary) => ({
  _id: task.id,
  status: 'requested',
  priority: task.priority,
  requested_by: task.requestedBy,
  schedule_name: task.scheduleName,
  original_schedule_name: task.originalScheduleName,
  worker: task.pinnedWorker,
  timestamp: foreignTimestamps(task),
  config: { task_name: task.taskType, resources: three(task) },
})

/** What a poll is told (zimfarm.md §6.3). */
export const toPolled = (task: TaskDetails, duration: { value: number; on: Date; worker: string | null }) => ({
  _id: task.id,
  status: 'requested',
  schedule_name: task.scheduleName ?? 'none',
  config: { task_name: task.taskType, platform: task.platform, resources: foreignResources(task.config) },
  timestamp: foreignTimestamps(task),
  requested_by: task.requestedBy,
  priority: task.priority,
  worker: task.pinnedWorker,
  duration: { value: duration.value, on: zimDate(duration.on), worker: duration.worker },
  updated_at: zimDate(task.updatedAt),
})

type Sight = { secrets: boolean; notification: boolean }
/** What this caller may see of a task. */
function document(task: TaskDetails, { secrets, notification }: Sight) {
  const whole = taskDocument(task, { secrets })
  return { ...whole, notification: notification ? whole.notification : null }
}

export const toRequestedDocument = (task: TaskDetails, rank: number, sight: Sight) => ({
  ...document(task, sight),
  rank,
})
export const toTaskDocument = (task: TaskDetails, sight: Sight) => ({
  ...document(task, sight),
  schedule_name: task.scheduleName,
})

export const toTaskItem = (task: TaskSummary) => ({
  _id: task.id,
  status: foreignStatus(task),
  schedule_name: task.scheduleName,
  original_schedule_name: task.originalScheduleName,
  worker: task.worker,
  timestamp: foreignTimestamps(task),
  updated_at: zimUpdatedAt(task.updatedAt),
  config: { resources: three(task) },
})

/** Where tasks of a foreign status are found. */
export const STANDINGS: Record<(typeof TASK_STATUSES)[number], Standing[]> = {
  requested: [],
  reserved: [{ status: 'reserved', cancelRequested: false }],
  started: [
    { status: 'started', stage: null, cancelRequested: false },
    { status: 'started', stage: 'preparing', cancelRequested: false },
  ],
  scraper_started: [{ status: 'started', stage: 'running', cancelRequested: false }],
  scraper_completed: [{ status: 'started', stage: 'uploading', cancelRequested: false }],
  scraper_killed: [{ status: 'started', stage: 'killing', cancelRequested: false }],
  cancel_requested: [
    { status: 'reserved', cancelRequested: true },
    { status: 'started', cancelRequested: true },
    { status: 'started', stage: 'canceling', cancelRequested: false },
  ],
  canceled: [{ status: 'canceled' }],
  succeeded: [{ status: 'succeeded' }],
  failed: [{ status: 'failed' }],
}

export const toWorkerItem = (worker: WorkerView) => ({
  name: worker.name,
  username: worker.owner,
  offliners: worker.taskTypes,
  status: worker.online ? 'online' : 'offline',
  resources: worker.resources,
  last_seen: worker.lastSeenAt === null ? null : plainDate(worker.lastSeenAt),
  last_ip: worker.lastIp,
})
