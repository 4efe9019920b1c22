import { randomUUID } from 'node:crypto'
import { expand } from '#lib/core/command'
import { CroftError } from '#lib/core/error'
import { hostsOf } from '#lib/core/hosts'
import { DEFAULT_MAX_ATTEMPTS } from '#lib/core/lease'
import type { Resources } from '#lib/core/resources'
import {
  TEST_PATH,
  type Notification,
  type NotificationFormat,
  type ScheduleConfig,
  type TaskConfig,
} from '#lib/core/schedule'
import type { HistoryEntry } from '#lib/core/task'
import { addTasks, type NewTaskRow } from '#lib/db/add-tasks'
import type { Prisma } from '#lib/db/client'
import { shapeIds, type Shape } from '#lib/db/queue'
import { actorName, demand, transaction, type Context, type TxContext } from '../context'
import { writeNotices } from '../notices/write'
import { definitionOf } from '../schedules/check'
import { expectedSeconds } from '../schedules/durations'
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

export async function requestOne(
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
  const seconds = await expectedSeconds(tx, [schedule.id])
  const id = await addTask(tx, {
    ...ofSchedule(schedule),
    priority,
    pinnedWorkerId: worker?.id ?? null,
    expectedSeconds: seconds(schedule.id),
  })
  return { id }
}

/** What a schedule asks for, as of now. */
export const ofSchedule = (schedule: Prisma.ScheduleGetPayload<object>) => ({
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
})

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
  /** Its files go apart, and nobody is told. */
  test?: boolean
}

/**
 * Puts a task into the queue: a snapshot that holds all it needs, whatever becomes of the schedule.
 * @throws CroftError conflict when a task of the schedule waits already
 */
export async function addTask(tx: TxContext, input: NewTask): Promise<string> {
  const [id] = await insertTasks(tx, [await prepareTask(tx, input)])
  if (id === undefined) throw new CroftError('conflict', `${input.scheduleName} waits in the queue already`)
  if (input.test !== true) await writeNotices(tx, { id, notification: input.notification }, 'requested')
  return id
}

export type PreparedTask = { row: Omit<NewTaskRow, 'shape_id'>; shape: Shape; inProcess: boolean }

/** Makes the row of a task. @throws CroftError when there is no such task type, or not that version of it */
export async function prepareTask(tx: TxContext, input: NewTask): Promise<PreparedTask> {
  const { definition, version } = await definitionOf(tx, input.taskType, input.definitionVersion)
  const { settings } = tx
  const history: HistoryEntry[] = [{ code: 'requested', at: tx.now().toISOString() }]
  const { resources, platform, pinnedWorkerId, context = '' } = input
  const published = settings.disableWarehousePath ? { ...input.config, warehousePath: '' } : input.config
  const asked = input.test === true ? { ...input.config, warehousePath: TEST_PATH } : published
  const expanded = expand(definition, { config: asked, resources, platform }, settings)
  const config: TaskConfig = input.test === true ? { ...expanded, test: true } : expanded
  const image = config.image === null ? null : `${config.image.name}:${config.image.tag}`
  const hosts = hostsOf(definition, config.params)
  const row = {
    id: randomUUID(),
    task_type_id: input.taskType,
    definition_version: version,
    schedule_id: input.scheduleId,
    schedule_name: input.scheduleName,
    priority: input.priority,
    requested_by: actorName(tx.actor),
    config,
    image,
    hosts,
    ...resources,
    platform,
    context,
    expected_seconds: input.expectedSeconds,
    upload: settings.uploadPlan,
    notification: input.notification,
    notification_format: input.notificationFormat ?? 'v1',
    pinned_worker_id: pinnedWorkerId,
    max_attempts: DEFAULT_MAX_ATTEMPTS,
    history,
  }
  const shape = { taskTypeId: input.taskType, ...resources, platform, context, image, pinnedWorkerId, hosts }
  return { row, shape, inProcess: definition.executor === 'in_process' }
}

/** Puts tasks into the queue; nobody is told. Those whose schedule waits already are left out. Gives the ids. */
export async function insertTasks(tx: TxContext, tasks: PreparedTask[]): Promise<string[]> {
  const shapes = await shapeIds(
    tx.db,
    tasks.map(({ shape }) => shape),
  )
  const ids = await addTasks(
    tx.db,
    tasks.map(({ row }, index) => ({ ...row, shape_id: shapes[index] ?? 0 })),
    tx.now(),
  )
  const inserted = new Set(ids)
  for (const { row, shape, inProcess } of tasks) {
    if (!inserted.has(row.id)) continue
    const { taskTypeId: taskType, context, pinnedWorkerId } = shape
    const fits = { taskType, resources: resourcesOf(shape), context, pinnedWorkerId }
    tx.hints.push({ kind: 'task.requested', taskId: row.id, workerId: null, fits })
    if (inProcess) await tx.enqueue({ queue: 'in_process', payload: { taskId: row.id } })
  }
  return ids
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
