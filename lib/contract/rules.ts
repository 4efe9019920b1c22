import { z } from 'zod'
import { BREAKER_KINDS, PAUSE_SCOPES } from '#lib/core/matching'
import { REASON_CODES } from '#lib/core/task'
import { endpoint } from './endpoint'
import { id, instant, text } from './shared'

export const pause = z.object({
  id,
  scope: z.enum(PAUSE_SCOPES),
  subject: z.string().describe('empty for the farm; else the name of what is paused'),
  reason: z.string(),
  author: z.string(),
  createdAt: instant,
  until: instant.nullable().describe('it ends by itself then; null: when somebody ends it'),
})
export const listPauses = endpoint({
  method: 'GET',
  path: '/pauses',
  tag: 'Rules',
  summary: 'The pauses that hold now, newest first',
  access: 'public',
  response: z.object({ items: z.array(pause) }),
})
export const addPause = endpoint({
  method: 'POST',
  path: '/pauses',
  tag: 'Rules',
  summary: 'Hold the farm or a part of it back: its tasks wait and say so; what runs goes on',
  description: 'A schedule needs schedules.update, all else workers.update.',
  access: 'signed_in',
  body: z.strictObject({
    scope: z.enum(PAUSE_SCOPES),
    subject: z.string().max(500).default('').describe('left out for the farm'),
    reason: text(1000),
    until: instant.nullable().default(null),
  }),
  response: pause,
  status: 201,
})
export const endPause = endpoint({
  method: 'DELETE',
  path: '/pauses/{id}',
  tag: 'Rules',
  summary: 'End a pause: its tasks may start at once',
  access: 'signed_in',
  params: z.object({ id }),
  status: 204,
})

const limitOf = z.object({ kind: z.enum(['platform', 'host']), subject: text(500) })
const figure = z.number().int().min(0).max(1_000_000).nullable()
export const limit = limitOf.extend({
  subject: z.string().describe('* is each that is not named'),
  total: figure.describe('most at once on the whole farm; 0 is never'),
  perWorker: figure.describe('most at once on each worker'),
  author: z.string().nullable().describe('null: set in the environment'),
  updatedAt: instant.nullable(),
})
export const listLimits = endpoint({
  method: 'GET',
  path: '/limits',
  tag: 'Rules',
  summary: 'How many tasks of a platform, or that ask a web site, may run at once',
  access: 'public',
  response: z.object({ items: z.array(limit) }),
})
export const setLimit = endpoint({
  method: 'PUT',
  path: '/limits',
  tag: 'Rules',
  summary: 'Set a limit; it comes over what the environment says',
  description:
    'A figure that is left out is left to the environment. A worker’s own figure for a platform still counts first.',
  access: 'workers.update',
  body: limitOf.extend({ total: figure.default(null), perWorker: figure.default(null) }).strict(),
  response: limit,
})
export const removeLimit = endpoint({
  method: 'DELETE',
  path: '/limits',
  tag: 'Rules',
  summary: 'Lift a limit that was set; the environment’s holds again',
  access: 'workers.update',
  query: limitOf,
  status: 204,
})

const breakerOf = z.object({ kind: z.enum(BREAKER_KINDS), subject: text(1000) })
export const breaker = breakerOf.extend({
  subject: z.string().describe('a task type, an image as name:tag, or a worker’s name'),
  since: instant,
  failures: z.number().int().describe('in a row'),
  firstFailedAt: instant,
  lastFailedAt: instant,
  lastTaskId: id,
  lastReasonCode: z.enum(REASON_CODES),
  retryAt: instant.describe('from then on one task at a time may try'),
  probe: id.nullable().describe('the task that tries now'),
})
export const listBreakers = endpoint({
  method: 'GET',
  path: '/breakers',
  tag: 'Rules',
  summary: 'Workers, images and task types that get no tasks because too many failed in a row',
  access: 'public',
  response: z.object({ items: z.array(breaker) }),
})
export const resetBreaker = endpoint({
  method: 'DELETE',
  path: '/breakers',
  tag: 'Rules',
  summary: 'Close a breaker: its failures are forgotten, its tasks may start at once',
  access: 'workers.update',
  query: breakerOf,
  status: 204,
})
