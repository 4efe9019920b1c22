import { randomUUID } from 'node:crypto'
import { expand } from '#lib/core/command'
import { hostsOf } from '#lib/core/hosts'
import { DEFAULT_MAX_ATTEMPTS } from '#lib/core/lease'
import type { Resources } from '#lib/core/resources'
import {
  DEFAULT_DURATION_SECONDS,
  type Notification,
  type NotificationFormat,
  type ScheduleConfig,
} from '#lib/core/schedule'
import type { HistoryEntry } from '#lib/core/task'
import { count } from '#lib/db/claim'
import { json } from '#lib/db/client'
import { shapeId } from '#lib/db/queue'
import { actorName, demand, transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { writeNotices } from '../notices/write'
import { definitionOf } from '../schedules/check'
import { resourcesOf } from './view'

export type RequestTasks = { schedules: string[]; priority?: number; worker?: string | null }
/** Why a schedule was not requested; `waiting` and `no_worker` leave the schedule itself in order. */
export type Refusal = { code: 'unknown' | 'disabled' | 'waiting' | 'no_worker'; why: string }
export type RequestedTasks = {
  requested: { schedule: string; id: string }[]
  refused: ({ schedule: string } & Refusal)[]
}

/**
 * Requests a task of each schedule. A schedule that is unknown, disabled or already waiting is refused by itself, with
 * the reason; the others go on. A schedule may wait once for any worker, and once for each worker that is named (zimfarm.md §6.2).
 */
export async function requestTasks(ctx: Context, input: RequestTasks): Promise<RequestedTasks> {
  demand(ctx, 'requests.create')
  const answer: RequestedTasks = { requested: [], refused: [] }
  for (const schedule of new Set(input.schedules)) {
    const outcome = await transaction(ctx, (tx) => requestOne(tx, schedule, input.priority ?? 0, input.worker ?? null))
    if ('id' in outcome) answer.requested.push({ schedule, id: outcome.id })
    else answer.refused.push({ schedule, ...outcome })
  }
  return answer
}

async function requestOne(
  tx: TxContext,
  name: string,
  priority: number,
  workerName: string | null,
): Promise<{ id: string } | Refusal> {
  await tx.db.$executeRaw`SELECT 1 FROM schedule WHERE name = ${name} FOR UPDATE`
  const schedule = await tx.db.schedule.findUnique({ where: { name } })
  if (schedule === null) return { code: 'unknown', why: `there is no schedule ${name}` }
  if (schedule.archivedAt !== null) return { code: 'disabled', why: 'the schedule is archived: restore it first' }
  if (!schedule.enabled) return { code: 'disabled', why: 'the schedule is disabled: enable it first' }
  const worker =
    workerName === null ? null : await tx.db.worker.findFirst({ where: { name: workerName, deletedAt: null } })
  if (workerName !== null && worker === null) return { code: 'no_worker', why: `there is no worker ${workerName}` }
  const waiting = await tx.db.task.findFirst({
    where: { scheduleId: schedule.id, status: 'requested', ...(worker !== null && { pinnedWorkerId: worker.id }) },
    select: { id: true },
  })
  if (waiting !== null) return { code: 'waiting', why: `it waits in the queue already, as task ${waiting.id}` }
  const latest = await tx.db.scheduleDuration.findFirst({
    where: { scheduleId: schedule.id, workerId: { not: null } },
    orderBy: { measuredAt: 'desc' },
  })
  const measured =
    latest ?? (await tx.db.scheduleDuration.findFirst({ where: { scheduleId: schedule.id, workerId: null } }))
  const id = await addTask(tx, {
    taskType: schedule.taskTypeId,
    definitionVersion: schedule.definitionVersion,
    scheduleId: schedule.id,
    scheduleName: schedule.name,
    config: schedule.config as ScheduleConfig,
    resources: resourcesOf(schedule),
    platform: schedule.platform,
    context: schedule.context,
    notification: schedule.notification as Notification | null,
    notificationFormat: schedule.notificationFormat as NotificationFormat,
    priority,
    pinnedWorkerId: worker?.id ?? null,
    expectedSeconds: measured?.seconds ?? DEFAULT_DURATION_SECONDS,
  })
  return { id }
}

export type NewTask = {
  taskType: string
  definitionVersion?: string
  scheduleId: string | null
  scheduleName: string
  config: ScheduleConfig
  resources: Resources
  platform: string | null
  context?: string
  notification: Notification | null
  notificationFormat?: NotificationFormat
  priority: number
  pinnedWorkerId: string | null
  expectedSeconds: number
}

/** Puts a task into the queue: a snapshot that holds all it needs, whatever becomes of the schedule. */
export async function addTask(tx: TxContext, input: NewTask): Promise<string> {
  const { definition, version } = await definitionOf(tx, input.taskType, input.definitionVersion)
  const { settings } = tx
  const now = tx.now()
  const id = randomUUID()
  const history: HistoryEntry[] = [{ code: 'requested', at: now.toISOString() }]
  const config = expand(
    definition,
    {
      config: settings.disableWarehousePath ? { ...input.config, warehousePath: '' } : input.config,
      resources: input.resources,
      platform: input.platform,
    },
    settings,
  )
  const image = config.image === null ? null : `${config.image.name}:${config.image.tag}`
  const hosts = hostsOf(definition, config.params)
  await tx.db.task.create({
    data: {
      id,
      status: 'requested',
      taskTypeId: input.taskType,
      definitionVersion: version,
      scheduleId: input.scheduleId,
      scheduleName: input.scheduleName,
      priority: input.priority,
      requestedBy: actorName(tx.actor),
      config: json(config) as object,
      image,
      hosts,
      shapeId: await shapeId(tx.db, {
        taskTypeId: input.taskType,
        ...input.resources,
        platform: input.platform,
        context: input.context ?? '',
        image: image,
        pinnedWorkerId: input.pinnedWorkerId,
        hosts,
      }),
      ...input.resources,
      platform: input.platform,
      context: input.context ?? '',
      expectedSeconds: input.expectedSeconds,
      upload: json(settings.uploadPlan) as object,
      notification: json(input.notification),
      notificationFormat: input.notificationFormat ?? 'v1',
      pinnedWorkerId: input.pinnedWorkerId,
      maxAttempts: DEFAULT_MAX_ATTEMPTS,
      requestedAt: now,
      updatedAt: now,
      history,
      report: { create: { updatedAt: now } },
    },
    select: { id: true },
  })
  await count(tx.db, [{ taskId: id, status: 'requested', by: 1 }])
  await appendEvent(tx, {
    kind: 'task.requested',
    taskId: id,
    scheduleId: input.scheduleId,
    data: { priority: input.priority },
  })
  await writeNotices(tx, id, 'requested')
  if (definition.executor === 'in_process') await tx.enqueue({ queue: 'in_process', payload: { taskId: id } })
  return id
}

/** A task without a schedule, e.g. the 2017 demo's. */
export async function requestOnce(
  ctx: Context,
  input: { taskType: string; params: ScheduleConfig['params'] },
): Promise<string> {
  const { definition } = await definitionOf(ctx, input.taskType)
  return transaction(ctx, (tx) =>
    addTask(tx, {
      taskType: input.taskType,
      scheduleId: null,
      scheduleName: input.taskType,
      config: { params: input.params, image: null, warehousePath: '/other', monitor: false },
      resources: definition.resources,
      platform: null,
      notification: null,
      priority: 0,
      pinnedWorkerId: null,
      expectedSeconds: definition.timeLimit,
    }),
  )
}
