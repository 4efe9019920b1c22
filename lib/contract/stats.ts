import { z } from 'zod'
import { PERIODICITIES } from '#lib/core/schedule'
import { RANGE_NAMES } from '#lib/core/stats'
import { REASON_CODES } from '#lib/core/task'
import { endpoint } from './endpoint'
import { id, instant } from './shared'

const range = z.enum(RANGE_NAMES as [(typeof RANGE_NAMES)[number], ...typeof RANGE_NAMES]).default('24h')
const n = z.number().int()
const seconds = z.number().nullable()
export const numbers = z.object({
  requested: n,
  succeeded: n,
  failed: n,
  canceled: n,
  returned: n.describe('runs after which the task went back to the queue'),
  runSeconds: z.number(),
  cpuShare: z.number().nullable().describe('reserved cores of those that were there, 0 to 1'),
  memoryShare: z.number().nullable(),
  waitP50: seconds.describe('how long tasks waited for a worker, in seconds'),
  waitP90: seconds,
})
export const dashboard = endpoint({
  method: 'GET',
  path: '/dashboard',
  tag: 'Figures',
  summary: 'The farm’s figures over a range, by hour or by day (UTC); kept as things happen, not counted',
  access: 'public',
  query: z.object({ range }),
  response: z.object({
    range: z.string(),
    from: instant,
    totals: numbers,
    series: z.array(numbers.extend({ at: instant })),
    countedUpTo: instant.nullable().describe('null: no dispatcher has run yet'),
  }),
})
export const BREAKDOWNS = ['requester', 'task_type', 'worker'] as const
export const breakdown = endpoint({
  method: 'GET',
  path: '/dashboard/by/{by}',
  tag: 'Figures',
  summary: 'The same for each requester, task type or worker; the 100 busiest',
  access: 'public',
  params: z.object({ by: z.enum(BREAKDOWNS) }),
  query: z.object({ range }),
  response: z.object({ items: z.array(numbers.extend({ subject: z.string(), name: z.string() })) }),
})
export const failureGroup = z.object({
  id: z.string(),
  taskType: z.string(),
  reasonCode: z.enum(REASON_CODES),
  text: z.string().describe('what they all say; … where they differ'),
  sample: z.string().describe('what the last one said'),
  failures: n.describe('in the range'),
  total: n,
  firstAt: instant,
  lastAt: instant,
  lastTaskId: id,
  lastSchedule: z.string(),
  lastWorker: z.string().nullable(),
  resolved: z.object({ at: instant, by: z.string().nullable() }).nullable(),
})
export const failureGroups = endpoint({
  method: 'GET',
  path: '/dashboard/failures',
  tag: 'Figures',
  summary: 'Failures that look alike, by task type, reason and what was said; the most frequent first',
  access: 'public',
  query: z.object({
    range,
    resolved: z.enum(['true', 'false']).default('false').describe('those that somebody called mended'),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  response: z.object({ items: z.array(failureGroup) }),
})
export const resolveGroup = endpoint({
  method: 'PUT',
  path: '/dashboard/failures/{id}',
  tag: 'Figures',
  summary: 'Say that a group of failures is mended, or not; a later failure opens it again',
  access: 'tasks.cancel',
  params: z.object({ id: z.string().regex(/^[0-9a-f]{16}$/) }),
  body: z.strictObject({ resolved: z.boolean() }),
  status: 204,
})
export const outlook = endpoint({
  method: 'GET',
  path: '/dashboard/outlook',
  tag: 'Figures',
  summary: 'When the queue will be empty, and which schedules are overdue; worked out every minute',
  access: 'public',
  response: z.object({
    at: instant.nullable().describe('null: no dispatcher has run yet'),
    queued: n,
    method: z
      .enum(['simulated', 'rate', 'none'])
      .describe(
        'simulated: the rules were played with today’s workers; rate: by how many end in an hour; none: nothing to go by',
      ),
    emptyAt: instant.nullable(),
    perHour: z.number().nullable(),
    stuck: n.nullable().describe('tasks that nobody would take as things stand'),
    overdue: z.object({
      count: n,
      items: z.array(
        z.object({
          name: z.string(),
          periodicity: z.enum(PERIODICITIES),
          lastSuccessAt: instant.nullable(),
          since: instant.describe('the last success, or the creation where there is none'),
          failedInRow: n,
        }),
      ),
    }),
  }),
})
