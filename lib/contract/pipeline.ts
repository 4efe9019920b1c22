import { z } from 'zod'
import { DIRECTIONS, SORTS, TABS } from '#lib/core/pipeline'
import { REASON_CODES, STAGES, TASK_STATUSES } from '#lib/core/task'
import { endpoint } from './endpoint'
import { id, instant, pageQuery, repeated } from './shared'
import { reason, taskSummary } from './task'

const some = repeated(z.string().min(1).max(200))
const priority = z.coerce.number().int().min(0).max(10).optional()
/** Which tasks of one of the pipeline's lists. */
export const taskQuery = z.object({
  tab: z.enum(TABS),
  status: repeated(z.enum(TASK_STATUSES)).describe("of the list's own statuses only these"),
  q: z.string().max(200).optional().describe("part of the schedule's name"),
  type: some.describe('task types'),
  worker: some.describe('names; of waiting tasks, the worker that was asked for'),
  by: some.describe('who requested it'),
  reason: repeated(z.enum(REASON_CODES)),
  stage: repeated(z.enum(STAGES)),
  platform: some,
  minPriority: priority,
  maxPriority: priority,
  since: instant
    .optional()
    .describe('waiting tasks by their request, running ones by their start, ended ones by their end'),
  until: instant.optional(),
})

export const whatNext = z.object({
  schedule: z.enum(['enabled', 'disabled', 'archived', 'gone']),
  again: z
    .object({ id, status: z.enum(TASK_STATUSES) })
    .nullable()
    .describe('a task of the same schedule that waits or runs'),
  nextAt: instant.nullable().describe("when the schedule's next task is requested by itself"),
})
export const pipelineRow = taskSummary.extend({
  expectedEndAt: instant.nullable().describe('of a running task, by how long it took before'),
  notes: z.number().int().describe('how many people wrote something about it'),
  next: whatNext.nullable().describe('of an ended task'),
})

export const listPipeline = endpoint({
  method: 'GET',
  path: '/pipeline',
  tag: 'Pipeline',
  summary: "One of the pipeline's lists, filtered and sorted",
  description:
    'A filter that no index knows looks through 10,000 tasks of the order at a time: a page may hold fewer tasks than there are (`looking`), and `next` goes on from there.',
  access: 'public',
  query: taskQuery.extend({
    ...pageQuery.shape,
    sort: z
      .enum(SORTS)
      .describe(
        'queued: queue, requested, schedule, type, by, duration; running: since, schedule, type, stage, progress, worker, by, end, priority; done and failed: ended, schedule, type, took, by; failed: reason',
      ),
    direction: z.enum(DIRECTIONS).default('asc'),
  }),
  response: z.object({
    items: z.array(pipelineRow),
    next: z.string().nullable().describe('null on the last page'),
    looking: z.boolean().describe('the page is not full because the look stopped, not because there are no more'),
  }),
})

export const countPipeline = endpoint({
  method: 'GET',
  path: '/pipeline-count',
  tag: 'Pipeline',
  summary: 'How many tasks fit a filter',
  access: 'public',
  query: taskQuery,
  response: z.object({
    count: z.number().int(),
    exact: z.boolean().describe('false: at least so many'),
  }),
})

export const shortWhy = z.object({
  id,
  rank: z.number().int().describe('tasks before it in the queue'),
  rankExact: z.boolean().describe('false: at least so many'),
  worker: z.string().nullable().describe('the worker that is nearest to taking it; null when there is none'),
  reason: reason.nullable().describe('what stands most between them; null: it takes the task when it asks next'),
  start: z
    .object({ worker: z.string(), at: instant })
    .nullable()
    .describe('where and when it starts if nobody does anything; null when that cannot be told'),
})
export const whyTasks = endpoint({
  method: 'GET',
  path: '/task-reasons',
  tag: 'Pipeline',
  summary: 'Why each of up to 50 queued tasks waits, in short, and when it starts',
  access: 'public',
  query: z.object({
    id: z.preprocess((value): unknown => (Array.isArray(value) ? value : [value]), z.array(id).min(1).max(50)),
  }),
  response: z.object({ items: z.array(shortWhy).describe('without those that do not wait') }),
})
