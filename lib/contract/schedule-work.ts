import { z } from 'zod'
import { REASON_CODES, TASK_STATUSES } from '#lib/core/task'
import { endpoint } from './endpoint'
import { byName, config, language, notification, scheduleFilter } from './schedule'
import { fieldErrors, id, instant, resources } from './shared'
import { file } from './task'

export const countSchedules = endpoint({
  method: 'GET',
  path: '/schedule-count',
  tag: 'Schedules',
  summary: 'How many schedules a filter finds',
  access: 'public',
  query: scheduleFilter,
  response: z.object({ count: z.number().int() }),
})
export const exportSchedules = endpoint({
  method: 'GET',
  path: '/schedule-export',
  tag: 'Schedules',
  summary: 'All schedules that a filter finds, as a file',
  description:
    'Streamed. Secrets are masked. In CSV, cells that a spreadsheet would run as formulas begin with an apostrophe.',
  access: 'schedules.read',
  query: scheduleFilter.extend({ format: z.enum(['csv', 'json']).default('csv') }),
  responseMedia: 'text/csv, application/json',
})
export const scheduleSuggestions = endpoint({
  method: 'GET',
  path: '/schedule-suggestions',
  tag: 'Schedules',
  summary: 'Values that schedules have, and those that are known: for forms',
  access: 'public',
  response: z.object({
    categories: z.array(z.string()),
    tags: z.array(z.string()),
    languages: z.array(language),
    platforms: z.array(z.string()),
    contexts: z.array(z.string()),
    warehousePaths: z.array(z.string()),
  }),
})
export const trySchedule = endpoint({
  method: 'POST',
  path: '/schedule-trials',
  tag: 'Schedules',
  summary: 'What saving a schedule would say, without saving it',
  access: 'schedules.update',
  body: z.strictObject({
    schedule: z
      .string()
      .min(1)
      .optional()
      .describe('name or id of the one that is edited: its secrets stand for masks'),
    name: z.string().max(200).optional(),
    taskType: z.string().min(1).max(100),
    definitionVersion: z.string().min(1).max(100).optional(),
    config,
    resources: resources.optional(),
    platform: z.string().max(100).nullable().optional(),
    notification: notification.nullable().optional(),
  }),
  status: 200,
  response: z.object({
    fields: fieldErrors,
    command: z.array(z.string()).describe('secrets are masked'),
    similar: z.array(z.object({ id, name: z.string(), shared: z.array(z.string()) })),
  }),
})
export const scheduleRuns = endpoint({
  method: 'GET',
  path: '/schedules/{name}/runs',
  tag: 'Schedules',
  summary: 'The last tasks of a schedule, with what they took and made',
  access: 'public',
  params: byName,
  query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(30) }),
  response: z.object({
    items: z.array(
      z.object({
        id,
        status: z.enum(TASK_STATUSES),
        requestedAt: instant,
        startedAt: instant.nullable(),
        endedAt: instant.nullable(),
        reasonCode: z.enum(REASON_CODES).nullable(),
        worker: z.string().nullable(),
        used: z.object({
          memory: z.number().nullable().describe('bytes at the highest'),
          disk: z.number().nullable().describe('bytes'),
          cpuSeconds: z.number().nullable(),
        }),
        files: z.array(file),
      }),
    ),
  }),
})
export const requestTestRun = endpoint({
  method: 'POST',
  path: '/schedules/{name}/test-runs',
  tag: 'Schedules',
  summary: 'Try a schedule: its files are kept apart, and nobody is told',
  description:
    'Also for a disabled schedule. The task is none of the schedule’s own: its last run, its next run and its durations stay as they are.',
  access: 'requests.create',
  params: byName,
  body: z.strictObject({
    priority: z.number().int().min(0).max(10).default(0),
    worker: z.string().min(1).nullable().default(null),
  }),
  response: z.object({ id }),
  status: 201,
})
