import { z } from 'zod'
import { HISTORY_CODES, REASON_CODES, STAGES, TASK_MOVES, TASK_STATUSES } from '#lib/core/task'
import { FILE_KINDS } from '#lib/core/upload'
import { endpoint } from './endpoint'
import { id, instant, pageOf, pageQuery, repeated, resources } from './shared'
import { config, notification } from './schedule'

export const progress = z.object({
  done: z.number().min(0),
  total: z.number().min(0),
  overall: z.number().int().min(0).max(100).describe('per cent'),
  partialZim: z.boolean().optional(),
  message: z.string().max(500).optional(),
})
export const reason = z.looseObject({ code: z.string() }).describe('see Reason in lib/core/matching.ts')

export const taskSummary = z.object({
  id,
  status: z.enum(TASK_STATUSES),
  stage: z.enum(STAGES).nullable(),
  taskType: z.string(),
  scheduleName: z.string().nullable().describe('null once the schedule is gone'),
  originalScheduleName: z.string(),
  priority: z.number().int(),
  requestedBy: z.string(),
  resources,
  platform: z.string().nullable(),
  expectedSeconds: z.number(),
  pinnedWorker: z.string().nullable(),
  worker: z.string().nullable(),
  attempt: z.number().int(),
  maxAttempts: z.number().int(),
  notBefore: instant.nullable(),
  requestedAt: instant,
  reservedAt: instant.nullable(),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  updatedAt: instant,
  cancelRequestedAt: instant.nullable(),
  canceledBy: z.string().nullable(),
  reasonCode: z.enum(REASON_CODES).nullable(),
  reasonText: z.string().nullable(),
  progress: progress.nullable(),
  history: z.array(z.object({ code: z.enum(HISTORY_CODES), at: instant, attempt: z.number().int().optional() })),
})
export const fileCheck = z.object({
  result: z.number().int().describe("the checker's exit code; 0 is valid"),
  log: z.string().nullable().optional(),
  details: z.unknown().optional(),
  info: z.unknown().optional(),
  at: instant,
})
export const file = z.object({
  id,
  name: z.string(),
  status: z.enum(['created', 'uploading', 'uploaded', 'failed']),
  size: z.number(),
  sha256: z.string().nullable(),
  mediaType: z.string(),
  stored: z.boolean().describe('whether it can be downloaded here: GET /api/farm/files/{id}'),
  kind: z.enum(FILE_KINDS).describe('result: what the task was for'),
  place: z.string().nullable().describe('where a foreign worker puts it, without credentials'),
  expiresAt: instant.nullable().describe('when its bytes are deleted'),
  createdAt: instant,
  uploadedAt: instant.nullable(),
  failedAt: instant.nullable(),
  check: fileCheck.nullable(),
  info: z.unknown().describe("what the worker told of its content, e.g. a ZIM's metadata"),
  cms: z
    .object({
      succeeded: z.boolean(),
      status: z.number().int().nullable(),
      on: z.string(),
      title: z.string().nullable(),
    })
    .nullable()
    .optional()
    .describe('what the catalogue answered when it was told of it'),
})
export const task = taskSummary.extend({
  config: config.extend({
    taskType: z.string(),
    mountPoint: z.string(),
    command: z.array(z.string()),
    timeLimit: z.number(),
  }),
  notification: notification.nullable(),
  definitionVersion: z.string(),
  result: z.unknown(),
  exitCode: z.number().int().nullable(),
  stderr: z.string().nullable(),
  exception: z.string().nullable(),
  files: z.array(file).describe('what the task was for'),
  keptFiles: z.array(file).describe('logs, artifacts and results of checks'),
  moves: z.array(z.enum(TASK_MOVES)).describe('what the life-cycle allows now'),
})
export const event = z.object({
  id: z.string(),
  at: instant,
  kind: z.string(),
  actor: z.string(),
  taskId: id.nullable(),
  scheduleId: id.nullable(),
  workerId: id.nullable(),
  data: z.record(z.string(), z.unknown()),
})
export const notice = z.object({
  id,
  occasion: z.string(),
  channel: z.string(),
  target: z.string().describe('without what may be secret in it'),
  status: z.enum(['pending', 'delivered', 'dead']),
  attempts: z.number().int(),
  lastStatus: z.number().int().nullable(),
  lastError: z.string().nullable(),
  nextAttemptAt: instant.nullable(),
  deliveredAt: instant.nullable(),
})

const byId = z.object({ id })
export const requestTasks = endpoint({
  method: 'POST',
  path: '/tasks',
  tag: 'Tasks',
  summary: 'Request tasks of schedules',
  access: 'requests.create',
  body: z.strictObject({
    schedules: z.array(z.string().min(1)).min(1).max(1000).describe('names'),
    priority: z.number().int().min(0).max(10).default(0).describe('bigger goes first'),
    worker: z.string().min(1).nullable().default(null).describe('only this worker may take it'),
  }),
  response: z.object({
    requested: z.array(z.object({ schedule: z.string(), id })),
    refused: z.array(
      z.object({
        schedule: z.string(),
        code: z.enum(['unknown', 'disabled', 'waiting', 'no_worker']),
        why: z.string(),
      }),
    ),
  }),
  status: 201,
})
export const TASK_SORTS = ['updated', 'queue'] as const
export const listTasks = endpoint({
  method: 'GET',
  path: '/tasks',
  tag: 'Tasks',
  summary: 'Tasks: newest change first, or in queue order',
  access: 'public',
  query: pageQuery.extend({
    status: repeated(z.enum(TASK_STATUSES)),
    schedule: z.string().max(200).optional(),
    worker: z.string().max(200).optional(),
    sort: z.enum(TASK_SORTS).default('updated'),
  }),
  response: pageOf(taskSummary),
})
export const countTasks = endpoint({
  method: 'GET',
  path: '/task-counts',
  tag: 'Tasks',
  summary: 'How many tasks have each status',
  access: 'public',
  response: z.record(z.enum(TASK_STATUSES), z.number().int()),
})
export const getTask = endpoint({
  method: 'GET',
  path: '/tasks/{id}',
  tag: 'Tasks',
  summary: 'One task with its files',
  access: 'public',
  params: byId,
  response: task,
})
export const cancelTask = endpoint({
  method: 'POST',
  path: '/tasks/{id}/cancellation',
  tag: 'Tasks',
  summary: 'Cancel: at once in the queue; a running one is told to stop',
  access: 'tasks.cancel',
  params: byId,
  response: taskSummary,
  status: 202,
})
export const taskEvents = endpoint({
  method: 'GET',
  path: '/tasks/{id}/events',
  tag: 'Tasks',
  summary: "A task's events, oldest first",
  access: 'public',
  params: byId,
  query: pageQuery,
  response: pageOf(event),
})
export const taskNotices = endpoint({
  method: 'GET',
  path: '/tasks/{id}/notices',
  tag: 'Tasks',
  summary: 'The notices of a task and what became of them',
  access: 'signed_in',
  params: byId,
  response: z.object({ items: z.array(notice) }),
})
export const logLine = z.object({
  n: z.number().int().describe('the number of the line in the task, from 1'),
  stream: z.enum(['stdout', 'stderr', 'agent']),
  attempt: z.number().int(),
  at: instant,
  text: z.string(),
})
export const taskLogText = endpoint({
  method: 'GET',
  path: '/tasks/{id}/log.txt',
  tag: 'Tasks',
  summary: "A task's whole log as plain text",
  access: 'public',
  params: byId,
  responseMedia: 'text/plain',
})
export const taskLog = endpoint({
  method: 'GET',
  path: '/tasks/{id}/log',
  tag: 'Tasks',
  summary: "Lines of a task's log",
  access: 'public',
  params: byId,
  query: z.object({
    after: z.coerce.number().int().min(0).default(0).describe('lines with a greater number'),
    limit: z.coerce.number().int().min(1).max(5000).default(1000),
    tail: z.coerce.number().int().min(1).max(5000).optional().describe('instead: the last so many lines'),
  }),
  response: z.object({ lines: z.array(logLine), total: z.number().int(), ended: z.boolean() }),
})
export const change = z
  .looseObject({ kind: z.string() })
  .describe('one thing that a person can do; see Change in lib/core/suggest.ts')
export const whyTask = endpoint({
  method: 'GET',
  path: '/tasks/{id}/why',
  tag: 'Tasks',
  summary: 'Why a queued task does not run: all reasons of every worker, and the least that would start it',
  description:
    'Each list of changes is enough by itself when that worker asks next. The rank is exact below 10,000; the reasons look at the first tasks of each kind, as a worker does.',
  access: 'public',
  params: byId,
  response: z.object({
    rank: z.number().int().describe('tasks before it in the queue'),
    rankExact: z.boolean().describe('false: at least so many'),
    workers: z.array(
      z.object({
        worker: z.string(),
        reasons: z.array(reason).describe('none: it takes the task when it asks next'),
        changes: z.array(change).nullable().describe('what would start it here; null: nothing within reach'),
      }),
    ),
    smallest: z
      .object({ worker: z.string(), changes: z.array(change) })
      .nullable()
      .describe('the least of all; null: some worker takes it anyway, or nothing would start it'),
    soonest: z
      .object({ worker: z.string(), at: instant })
      .nullable()
      .describe('where and when it starts if nobody does anything and all ends as expected'),
  }),
})
