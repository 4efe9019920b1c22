import { z } from 'zod'
import { TASK_STATUSES } from '#lib/core/task'
import { CHANNELS, OCCASIONS, PERIOD_FROM, PERIODICITIES } from '#lib/core/schedule'
import { endpoint } from './endpoint'
import { fieldErrors, id, instant, name, pageOf, pageQuery, repeated, resources, text } from './shared'

const scalar = z.union([z.string(), z.number(), z.boolean()])
const paramValue = z.union([scalar, z.array(scalar), z.null()])
export const params = z.record(z.string(), paramValue)
export const config = z.object({
  params,
  image: z.object({ name: z.string(), tag: z.string() }).nullable().default(null),
  warehousePath: z.string().default('/other'),
  monitor: z.boolean().default(false),
  shm: z.number().int().min(0).optional(),
  capAdd: z.array(z.string()).optional(),
  capDrop: z.array(z.string()).optional(),
  artifactsGlobs: z.array(z.string().min(1)).optional(),
})
export const notification = z.partialRecord(
  z.enum(OCCASIONS),
  z.partialRecord(z.enum(CHANNELS), z.array(z.string().min(1).max(2000)).max(20)),
)
export const language = z.object({ code: z.string().min(2).max(35), nameEn: text(100), nameNative: text(100) })

export const scheduleSummary = z.object({
  id,
  name: z.string(),
  taskType: z.string(),
  definitionVersion: z.string(),
  invalid: fieldErrors.nullable().describe('what the definition complains about, by field; null when it fits'),
  archivedAt: instant.nullable(),
  category: z.string(),
  language,
  tags: z.array(z.string()),
  periodicity: z.enum(PERIODICITIES),
  enabled: z.boolean(),
  overdue: z.boolean().describe('its last success (or its creation) is longer ago than its period'),
  nextAt: instant
    .nullable()
    .describe('from when on it is requested by itself; null for never, and while a task waits or runs'),
  resources,
  queued: z.number().int().describe('tasks of it that wait in the queue'),
  lastTask: z
    .object({
      id,
      status: z.enum(TASK_STATUSES),
      updatedAt: instant,
      startedAt: instant.nullable(),
      endedAt: instant.nullable(),
    })
    .nullable(),
  lastSuccessAt: instant.nullable(),
  createdAt: instant,
  updatedAt: instant,
})
export const schedule = scheduleSummary.extend({
  failedInRow: z.number().int().describe('tasks that ended otherwise since the last success'),
  ticks: z.array(instant).describe('the next times at which it is requested by itself, if all goes well'),
  config: config.describe('secret parameters are masked unless the caller may see the secrets of schedules'),
  platform: z.string().nullable(),
  context: z.string().describe('only workers that have it take its tasks; empty for any'),
  periodFrom: z.enum(PERIOD_FROM).describe('a period counts from the last start, or from the last success'),
  notification: notification.nullable().describe('null unless the caller may see the secrets of schedules'),
  notes: z.string().describe('Markdown'),
  tickets: z.array(z.string()).describe('addresses of tickets about it'),
  version: z.number().int(),
  command: z.array(z.string()),
  durations: z.object({
    defaultSeconds: z.number(),
    workers: z.array(z.object({ worker: z.string(), seconds: z.number(), measuredAt: instant })),
  }),
})

export const comment = z.string().max(1_000).optional()
const ticket = z
  .url({ protocol: /^https?$/, error: 'must be an address that starts with http:// or https://' })
  .max(500)
const writable = {
  name: name.refine((value) => value !== 'none', 'must not be "none"'),
  taskType: z.string().min(1).max(100),
  definitionVersion: z.string().min(1).max(100).optional().describe("the task type's own when left out"),
  context: z.string().max(100).default(''),
  periodFrom: z.enum(PERIOD_FROM).default('start'),
  category: z.string().min(1).max(100).default('other'),
  language: language.default({ code: 'eng', nameEn: 'English', nameNative: 'English' }),
  tags: z.array(text(100)).max(100).default([]),
  periodicity: z.enum(PERIODICITIES).default('manually'),
  enabled: z.boolean().default(true),
  resources: resources.optional().describe("the task type's own when left out"),
  platform: z.string().max(100).nullable().default(null),
  config,
  notification: notification.nullable().default(null),
  notes: z.string().max(100_000).default(''),
  tickets: z.array(ticket).max(20).default([]),
  comment: comment.describe('for the history'),
}

export const SCHEDULE_SORTS = [
  'name',
  'taskType',
  'category',
  'language',
  'periodicity',
  'updated',
  'created',
  'lastSuccess',
  'lastRun',
] as const
export const yesNo = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .optional()
/** Which schedules: in a query, and as text in the body of what is done to all of them. */
export const scheduleFilter = z.object({
  q: z.string().max(200).optional().describe('part of the name, whatever the case'),
  category: repeated(z.string()),
  language: repeated(z.string()),
  tag: repeated(z.string()).describe('all of them'),
  taskType: repeated(z.string()),
  enabled: yesNo,
  definitionVersion: z.string().max(100).optional(),
  valid: yesNo.describe("whether it fits its task type's definition"),
  archived: yesNo.describe('the archived ones; needs the permission schedules.archive'),
  overdue: yesNo.describe('whose last success is longer ago than their period'),
  periodicity: repeated(z.enum(PERIODICITIES)),
  lastStatus: repeated(z.enum([...TASK_STATUSES, 'never'])).describe(
    'how the last task that began stands; `never` where none ever began',
  ),
})
export const listSchedules = endpoint({
  method: 'GET',
  path: '/schedules',
  tag: 'Schedules',
  summary: 'Schedules, by name or in another order',
  access: 'public',
  query: pageQuery.extend({
    ...scheduleFilter.shape,
    sort: z.enum(SCHEDULE_SORTS).default('name'),
    order: z.enum(['asc', 'desc']).default('asc'),
  }),
  response: pageOf(scheduleSummary),
})
export const createSchedule = endpoint({
  method: 'POST',
  path: '/schedules',
  tag: 'Schedules',
  summary: 'Create a schedule',
  access: 'schedules.create',
  body: z.strictObject({
    ...writable,
    notification: notification.nullable().optional(),
    copyOf: z
      .string()
      .min(1)
      .optional()
      .describe(
        'name or id of the schedule that it began as a copy of: masked secrets, and receivers left out, are its',
      ),
    blobs: z
      .array(z.strictObject({ field: text(100), data: z.string().min(1), comments: z.string().max(1_000).optional() }))
      .max(20)
      .default([])
      .describe('small files for its parameters, as base64 or data: addresses'),
  }),
  response: schedule,
  status: 201,
})
export const byName = z.object({ name: z.string().describe('name or id') })
export const getSchedule = endpoint({
  method: 'GET',
  path: '/schedules/{name}',
  tag: 'Schedules',
  summary: 'One schedule',
  access: 'public',
  params: byName,
  query: z.object({ secrets: yesNo.describe('false masks them even for those who may see them') }),
  response: schedule,
})
export const updateSchedule = endpoint({
  method: 'PATCH',
  path: '/schedules/{name}',
  tag: 'Schedules',
  summary: 'Change a schedule',
  description: 'What is left out stays. Give the `version` that you read: if somebody saved since, the answer is 409.',
  access: 'schedules.update',
  params: byName,
  body: z.strictObject({
    version: z.number().int().optional(),
    name: writable.name.optional(),
    taskType: writable.taskType.optional(),
    definitionVersion: writable.definitionVersion,
    context: z.string().max(100).optional(),
    periodFrom: z.enum(PERIOD_FROM).optional(),
    comment: writable.comment,
    category: z.string().min(1).max(100).optional(),
    language: language.optional(),
    tags: z.array(text(100)).max(100).optional(),
    periodicity: z.enum(PERIODICITIES).optional(),
    enabled: z.boolean().optional(),
    resources: resources.optional(),
    platform: z.string().max(100).nullable().optional(),
    config: config.optional(),
    notification: notification.nullable().optional(),
    notes: z.string().max(100_000).optional(),
    tickets: z.array(ticket).max(20).optional(),
  }),
  response: schedule,
})
export const deleteSchedule = endpoint({
  method: 'DELETE',
  path: '/schedules/{name}',
  tag: 'Schedules',
  summary: 'Delete a schedule; its tasks stay',
  access: 'schedules.delete',
  params: byName,
  status: 204,
})
