import { z } from 'zod'
import { PERIOD_FROM, PERIODICITIES } from '#lib/core/schedule'
import { endpoint } from './endpoint'
import { byName, comment, config, language, notification, schedule, scheduleSummary, yesNo } from './schedule'
import { fieldErrors, id, instant, pageOf, pageQuery, resources } from './shared'

const reason = z.strictObject({ comment })
const withReason = { params: byName, body: reason, response: schedule, tag: 'Schedules' } as const

export const archiveSchedule = endpoint({
  ...withReason,
  method: 'POST',
  path: '/schedules/{name}/archive',
  summary: 'Take a schedule out of use and keep it',
  access: 'schedules.archive',
})
export const restoreSchedule = endpoint({
  ...withReason,
  method: 'POST',
  path: '/schedules/{name}/restore',
  summary: 'Take an archived schedule back into use',
  access: 'schedules.archive',
})
export const validateSchedule = endpoint({
  method: 'POST',
  path: '/schedules/{name}/validation',
  tag: 'Schedules',
  summary: 'Check a schedule, as it is stored, against the definition of today',
  access: 'schedules.update',
  params: byName,
  status: 200,
  response: z.object({ valid: z.boolean(), fields: fieldErrors }),
})
export const similarSchedules = endpoint({
  method: 'GET',
  path: '/schedules/{name}/similar',
  tag: 'Schedules',
  summary: 'Other schedules that are alike by what their task types compare',
  access: 'public',
  params: byName,
  query: z.object({
    skip: z.coerce.number().int().min(0).max(100_000).default(0),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  response: z.object({ items: z.array(scheduleSummary), count: z.number().int() }),
})

const revisionSummary = z.object({
  id,
  version: z.number().int(),
  author: z.string(),
  at: instant,
  comment: z.string().nullable(),
})
const revision = revisionSummary.extend({
  snapshot: z.object({
    name: z.string(),
    taskType: z.string(),
    definitionVersion: z.string(),
    category: z.string(),
    language,
    tags: z.array(z.string()),
    periodicity: z.enum(PERIODICITIES),
    enabled: z.boolean(),
    archived: z.boolean(),
    resources,
    platform: z.string().nullable(),
    context: z.string(),
    periodFrom: z.enum(PERIOD_FROM),
    config,
    notification: notification.nullable(),
    notes: z.string(),
    tickets: z.array(z.string()).optional(),
  }),
  changes: z
    .array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() }))
    .nullable()
    .describe('by place, from the revision that it is compared with; null where there is none'),
})
const byRevision = byName.extend({ id })

export const listScheduleHistory = endpoint({
  method: 'GET',
  path: '/schedules/{name}/history',
  tag: 'Schedules',
  summary: 'What a schedule was, newest first',
  access: 'schedules.read',
  params: byName,
  query: pageQuery,
  response: pageOf(revisionSummary),
})
export const getScheduleRevision = endpoint({
  method: 'GET',
  path: '/schedules/{name}/history/{id}',
  tag: 'Schedules',
  summary: 'One revision, and what changed since another one',
  description:
    'Secrets are masked unless the caller may see the secrets of schedules; that they changed is told all the same.',
  access: 'schedules.read',
  params: byRevision,
  query: z.object({
    against: id.optional().describe('the one before it when left out'),
    secrets: yesNo.describe('false masks them even for those who may see them'),
  }),
  response: revision,
})
export const revertSchedule = endpoint({
  method: 'POST',
  path: '/schedules/{name}/history/{id}/revert',
  tag: 'Schedules',
  summary: 'Make a schedule what it was in a revision; that is a new entry of its history',
  access: 'schedules.update',
  params: byRevision,
  body: z.strictObject({ comment, version: z.number().int().optional() }),
  response: schedule,
})
