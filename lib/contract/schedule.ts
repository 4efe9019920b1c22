import { z } from 'zod'
import { CHANNELS, OCCASIONS, PERIODICITIES } from '#lib/core/schedule'
import { EXECUTORS, FIELD_TYPES } from '#lib/core/task-type'
import { endpoint } from './endpoint'
import { id, instant, name, pageOf, pageQuery, repeated, resources, text } from './shared'

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
export const language = z.object({ code: z.string().min(2).max(3), nameEn: text(100), nameNative: text(100) })

export const field = z.object({
  key: z.string(),
  type: z.enum(FIELD_TYPES),
  label: z.string(),
  description: z.string(),
  required: z.boolean().optional(),
  secret: z.boolean().optional(),
  choices: z.array(z.string()).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  maxLength: z.number().optional(),
  placeholder: z.string().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
})
export const taskType = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  executor: z.enum(EXECUTORS),
  fields: z.array(field),
  timeLimit: z.number().describe('seconds'),
  resources,
})

export const scheduleSummary = z.object({
  id,
  name: z.string(),
  taskType: z.string(),
  category: z.string(),
  language,
  tags: z.array(z.string()),
  periodicity: z.enum(PERIODICITIES),
  enabled: z.boolean(),
  resources,
  queued: z.number().int().describe('tasks of it that wait in the queue'),
  lastTask: z.object({ id, status: z.string(), updatedAt: instant }).nullable(),
  updatedAt: instant,
})
export const schedule = scheduleSummary.extend({
  config: config.describe('secret parameters are masked unless the caller may see the secrets of schedules'),
  platform: z.string().nullable(),
  notification: notification.nullable().describe('null unless the caller may see the secrets of schedules'),
  notes: z.string(),
  version: z.number().int(),
  command: z.array(z.string()),
  durations: z.object({
    defaultSeconds: z.number(),
    workers: z.array(z.object({ worker: z.string(), seconds: z.number(), measuredAt: instant })),
  }),
  createdAt: instant,
})

const writable = {
  name: name.refine((value) => value !== 'none', 'must not be "none"'),
  taskType: z.string().min(1).max(100),
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
}

export const listTaskTypes = endpoint({
  method: 'GET',
  path: '/task-types',
  tag: 'Schedules',
  summary: 'What can be run, with the fields of each',
  access: 'public',
  response: z.object({ items: z.array(taskType) }),
})
export const listSchedules = endpoint({
  method: 'GET',
  path: '/schedules',
  tag: 'Schedules',
  summary: 'Schedules, by name',
  access: 'public',
  query: pageQuery.extend({
    q: z.string().max(200).optional().describe('part of the name, whatever the case'),
    category: repeated(z.string()),
    language: repeated(z.string()),
    tag: repeated(z.string()).describe('all of them'),
    taskType: repeated(z.string()),
    enabled: z.enum(['true', 'false']).optional(),
  }),
  response: pageOf(scheduleSummary),
})
export const createSchedule = endpoint({
  method: 'POST',
  path: '/schedules',
  tag: 'Schedules',
  summary: 'Create a schedule',
  access: 'schedules.create',
  body: z.strictObject(writable),
  response: schedule,
  status: 201,
})
const byName = z.object({ name: z.string().describe('name or id') })
export const getSchedule = endpoint({
  method: 'GET',
  path: '/schedules/{name}',
  tag: 'Schedules',
  summary: 'One schedule',
  access: 'public',
  params: byName,
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
