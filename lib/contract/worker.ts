import { z } from 'zod'
import { REASON_CODES, STAGES } from '#lib/core/task'
import { RECORD_DAYS, WORKER_KINDS, WORKER_SORTS, WORKER_STANDINGS } from '#lib/core/worker'
import { apiToken, sshKey } from './account'
import { endpoint } from './endpoint'
import { id, instant, pageOf, pageQuery, repeated, resources, text } from './shared'
import { fileCheck, file, logLine, progress, task } from './task'

export const workerName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{2,99}$/, 'must have 3 to 100 letters, digits, dots, hyphens or underscores')
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:00')
export const quietHours = z.strictObject({
  zone: z.string().min(1).max(100).describe('e.g. Europe/Paris'),
  spans: z
    .array(
      z.strictObject({
        days: z.array(z.number().int().min(1).max(7)).max(7).describe('1 is Monday; none stands for every day'),
        from: timeOfDay,
        to: timeOfDay.describe('before `from`: on the next day'),
      }),
    )
    .min(1, 'give at least one span, or null for no quiet hours')
    .max(20),
})
export const worker = z.object({
  id,
  name: z.string(),
  owner: z.string(),
  kind: z.enum(WORKER_KINDS),
  online: z.boolean(),
  resources,
  reserved: resources,
  taskTypes: z.array(z.string()),
  platforms: z.record(z.string(), z.number()),
  selfish: z.boolean(),
  cordoned: z
    .object({
      since: instant,
      by: z.string().nullable().describe('null: the worker itself'),
      reason: z.string().nullable(),
      until: instant.nullable().describe('it takes tasks again by itself then'),
      draining: z.boolean().describe('somebody waits for it to be empty'),
      emptySince: instant.nullable(),
    })
    .nullable()
    .describe('takes nothing new; what it runs goes on'),
  quiet: z
    .object({ hours: quietHours, until: instant.nullable().describe('null: not now') })
    .nullable()
    .describe('times of day in which it takes nothing'),
  disabled: z
    .object({ since: instant, by: z.string().nullable(), reason: z.string().nullable() })
    .nullable()
    .describe('taken out of service by an administrator'),
  contexts: z.array(z.string()).describe('whose tasks it may take'),
  version: z.string().nullable(),
  lastSeenAt: instant.nullable(),
  running: z.array(
    z.object({
      id,
      name: z.string(),
      status: z.string(),
      progress: progress.nullable(),
      resources: resources.optional(),
    }),
  ),
  record: z
    .object({ succeeded: z.number().int(), failed: z.number().int(), canceled: z.number().int() })
    .optional()
    .describe(`what it ended in the last ${RECORD_DAYS} days, as it is kept`),
})
const listOf = (most: number) => z.string().max(most).optional()
export const listWorkers = endpoint({
  method: 'GET',
  path: '/workers',
  tag: 'Workers',
  summary: 'Workers with what they run; filtered and sorted, by name where nothing is said',
  access: 'public',
  query: pageQuery.extend({
    q: listOf(200).describe('part of the name'),
    standing: repeated(z.enum(WORKER_STANDINGS)),
    platform: listOf(200),
    taskType: listOf(200),
    context: listOf(200),
    owner: listOf(200),
    version: listOf(200),
    sort: z.enum(WORKER_SORTS).optional(),
    order: z.enum(['asc', 'desc']).optional(),
  }),
  response: pageOf(worker),
})
export const countWorkers = endpoint({
  method: 'GET',
  path: '/worker-counts',
  tag: 'Workers',
  summary: 'How many workers there are of each standing',
  access: 'public',
  response: z.record(z.enum(WORKER_STANDINGS), z.number().int()),
})
const byName = z.object({ name: workerName })
export const getWorker = endpoint({
  method: 'GET',
  path: '/workers/{name}',
  tag: 'Workers',
  summary: 'One worker',
  access: 'public',
  params: byName,
  response: worker,
})
export const configureWorker = endpoint({
  method: 'PATCH',
  path: '/workers/{name}',
  tag: 'Workers',
  summary: 'Say when a worker works: cordon or drain it, give it quiet hours, take it out of service; and its contexts',
  description:
    'What it runs goes on. Its owner may cordon and drain it and set its quiet hours; the rest needs workers.update. `contexts` replaces all of them.',
  access: 'signed_in',
  params: byName,
  body: z.strictObject({
    disabled: z
      .strictObject({ reason: text(1000) })
      .nullable()
      .optional()
      .describe('null: back in service'),
    cordoned: z
      .strictObject({
        reason: text(1000),
        until: instant.nullable().default(null).describe('it takes tasks again by itself then'),
        drain: z.boolean().default(false).describe('tell when it is empty'),
      })
      .nullable()
      .optional()
      .describe('null: it takes tasks again'),
    quietHours: quietHours.nullable().optional().describe('null: none'),
    contexts: z
      .record(text(100), z.union([z.ipv4(), z.ipv6()], 'must be an address, or null').nullable())
      .refine((contexts) => Object.keys(contexts).length <= 100, 'must not be more than 100')
      .optional()
      .describe('context → the only address that it may call from, or null for any'),
  }),
  response: worker,
})
export const enrolWorker = endpoint({
  method: 'POST',
  path: '/workers/{name}/enrolment',
  tag: 'Workers',
  summary: 'Let a machine in as this worker: a token with an end for it alone, and the command to start its agent',
  description:
    'The token is shown this once. Without an owner the worker gets an account of its own, which needs workers.create.',
  access: 'signed_in',
  params: byName,
  body: z.strictObject({
    owner: z.string().min(1).max(200).nullable().default(null).describe('the account that the worker belongs to'),
    endsAt: instant,
  }),
  response: z.object({
    worker: z.string(),
    owner: z.string(),
    token: z.string(),
    endsAt: instant,
    command: z.string().describe('for a shell on the machine; needs Node 20.19 and curl'),
  }),
  status: 201,
})
export const workerCredentials = endpoint({
  method: 'GET',
  path: '/workers/{name}/credentials',
  tag: 'Workers',
  summary: 'With what a worker signs in: its tokens and the public keys of its account, without any secret',
  access: 'signed_in',
  params: byName,
  response: z.object({ owner: z.string(), tokens: z.array(apiToken), keys: z.array(sshKey) }),
})
export const endWorkerToken = endpoint({
  method: 'DELETE',
  path: '/workers/{name}/credentials/{token}',
  tag: 'Workers',
  summary: 'End a token of a worker',
  access: 'signed_in',
  params: z.object({ name: workerName, token: id }),
  status: 204,
})
const lane = z.object({
  worker: z.string(),
  cpu: z.number().int(),
  runs: z.array(
    z.object({
      taskId: id,
      name: z.string().nullable().describe('null once the task is gone'),
      taskType: z.string().nullable(),
      attempt: z.number().int().nullable(),
      from: instant,
      to: instant.nullable().describe('null while it runs'),
      outcome: z
        .enum(['succeeded', 'failed', 'canceled', 'requested'])
        .nullable()
        .describe('requested: the task went back to the queue'),
      reasonCode: z.enum(REASON_CODES).nullable(),
    }),
  ),
  next: z
    .array(z.object({ taskId: id, name: z.string(), from: instant, to: instant }))
    .describe('what comes next if nothing changes, as last worked out'),
})
const window = z.object({ from: instant, to: instant })
export const workerRuns = endpoint({
  method: 'GET',
  path: '/workers/{name}/runs',
  tag: 'Workers',
  summary: 'What a worker has run, runs and is expected to run next; the newest 500',
  access: 'public',
  params: byName,
  query: window,
  response: lane,
})
export const timeline = endpoint({
  method: 'GET',
  path: '/timeline',
  tag: 'Workers',
  summary: 'The same for the workers of a page, in the order and with the filters of the list of workers',
  access: 'public',
  query: window.extend({
    after: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(100).default(25),
    q: listOf(200),
    standing: repeated(z.enum(WORKER_STANDINGS)),
  }),
  response: pageOf(lane),
})
export const agentProgram = endpoint({
  method: 'GET',
  path: '/agent',
  tag: 'Agents',
  summary: 'The agent: one file for Node, as it was built with this farm',
  access: 'public',
  responseMedia: 'text/javascript',
})
export const registerWorker = endpoint({
  method: 'PUT',
  path: '/workers/{name}',
  tag: 'Agents',
  summary: 'Register, or say what has changed; the worker belongs to the account of the first call',
  access: 'tasks.create',
  params: byName,
  body: z.strictObject({
    resources,
    taskTypes: z.array(z.string().min(1)).max(200),
    platforms: z.record(z.string(), z.number().int().min(0)).default({}),
    selfish: z.boolean().default(false),
    version: z.string().max(100).nullable().default(null),
  }),
  response: worker,
})

/** What a holder shows with every report: the fencing number that its take gave it. */
export const fence = z.number().int().min(1)
export const lease = z.object({
  task,
  fence,
  leaseExpiresAt: instant,
  renewEverySeconds: z.number(),
})
export const takeTask = endpoint({
  method: 'POST',
  path: '/workers/{name}/leases',
  tag: 'Agents',
  summary: 'Take the next task that fits; waits up to `wait` seconds for one',
  access: 'tasks.create',
  params: byName,
  body: z.strictObject({
    available: resources.describe('what is free on the machine now'),
    wait: z.number().min(0).max(30).default(0).describe('seconds'),
  }),
  response: z.object({ lease: lease.nullable() }),
})
export const renewLeases = endpoint({
  method: 'POST',
  path: '/workers/{name}/heartbeat',
  tag: 'Agents',
  summary: 'Renew the leases that the agent holds; the answer carries orders',
  access: 'tasks.create',
  params: byName,
  body: z.strictObject({ held: z.array(z.object({ taskId: id, fence })).max(1000) }),
  response: z.object({
    leases: z.array(
      z.object({
        taskId: id,
        fence,
        order: z.enum(['continue', 'cancel', 'lost']).describe('lost: the lease is gone, stop and report nothing'),
        leaseExpiresAt: instant.nullable(),
      }),
    ),
  }),
})

const held = z.object({ id })
export const reportStart = endpoint({
  method: 'POST',
  path: '/tasks/{id}/start',
  tag: 'Agents',
  summary: 'The work begins',
  access: 'tasks.update',
  params: held,
  body: z.strictObject({ fence }),
  status: 204,
})
export const reportProgress = endpoint({
  method: 'POST',
  path: '/tasks/{id}/progress',
  tag: 'Agents',
  summary: 'Stage, progress and measured resources',
  access: 'tasks.update',
  params: held,
  body: z.strictObject({
    fence,
    stage: z.enum(STAGES).optional(),
    progress: progress.nullable().optional(),
    stats: z.record(z.string(), z.unknown()).optional().describe('e.g. { memory: { max_usage: bytes } }'),
  }),
  status: 204,
})
export const appendLog = endpoint({
  method: 'POST',
  path: '/tasks/{id}/log',
  tag: 'Agents',
  summary: 'Append lines; a chunk that came already is not stored twice',
  access: 'tasks.update',
  params: held,
  body: z.strictObject({
    fence,
    chunk: z.number().int().min(1).describe('counts the chunks of this lease from 1, without gaps'),
    lines: z
      .array(z.object({ stream: logLine.shape.stream, at: instant, text: z.string().max(20_000) }))
      .min(1)
      .max(2000),
  }),
  status: 204,
})
export const reportOutcome = endpoint({
  method: 'POST',
  path: '/tasks/{id}/outcome',
  tag: 'Agents',
  summary: 'The work has ended',
  access: 'tasks.update',
  params: held,
  body: z.discriminatedUnion('outcome', [
    z.strictObject({
      fence,
      outcome: z.literal('succeeded'),
      exitCode: z.number().int().nullable().default(null),
      result: z.unknown().optional(),
    }),
    z.strictObject({
      fence,
      outcome: z.literal('failed'),
      reasonCode: z.enum(REASON_CODES),
      reasonText: z.string().max(10_000).default(''),
      exitCode: z.number().int().nullable().default(null),
    }),
    z.strictObject({ fence, outcome: z.literal('canceled'), reasonText: z.string().max(10_000).default('') }),
    z.strictObject({
      fence,
      outcome: z
        .literal('interrupted')
        .describe('the agent stops or restarts: the task goes back to the queue, at no cost of an attempt'),
      reasonText: z.string().max(10_000).default(''),
    }),
  ]),
  status: 204,
})
export const uploadFile = endpoint({
  method: 'PUT',
  path: '/tasks/{id}/files/{filename}',
  tag: 'Agents',
  summary: 'Upload a file of the task; its SHA-256 is compared before it counts',
  access: 'tasks.update',
  params: z.object({ id, filename: z.string().min(1).max(255) }),
  query: z.object({
    fence: z.coerce.number().int().min(1),
    size: z.coerce.number().int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex'),
  }),
  requestMedia: 'application/octet-stream',
  response: file,
  status: 201,
})
export const reportCheck = endpoint({
  method: 'POST',
  path: '/tasks/{id}/files/{filename}/check',
  tag: 'Agents',
  summary: 'What the checker said of a file',
  access: 'tasks.update',
  params: z.object({ id, filename: z.string().min(1).max(255) }),
  body: z.strictObject({ fence, check: fileCheck.omit({ at: true }) }),
  status: 204,
})

export const uploadSource = endpoint({
  method: 'POST',
  path: '/sources',
  tag: 'Files',
  summary: 'Upload a file for tasks to work on, e.g. an archive of HTML; give its id as the parameter',
  access: 'schedules.create',
  query: z.object({ name: z.string().min(1).max(255) }),
  requestMedia: 'application/octet-stream',
  response: file,
  status: 201,
})
export const downloadFile = endpoint({
  method: 'GET',
  path: '/files/{id}',
  tag: 'Files',
  summary: 'The bytes of a file; ranges are supported',
  description: 'Files of tasks are public, as downloads of a farm are. Sources need a sign-in.',
  access: 'public',
  params: held,
  responseMedia: 'application/octet-stream',
})
export const stream = endpoint({
  method: 'GET',
  path: '/stream',
  tag: 'Live',
  summary: 'Server-sent events: what has changed, as it happens',
  description:
    'Each message has an id (resume with Last-Event-ID, or `after`), the event `change`, and as data an event with its kind and the ids that it touches. `task` limits it to one task; for each task in `watch` there is also the event `pulse` when its log or progress has grown. What happens to accounts is told to those who may read accounts.',
  access: 'public',
  query: z.object({
    task: id.optional(),
    watch: repeated(id).describe('tasks whose growing log and progress are told; at most 20'),
    after: z.string().max(100).optional(),
  }),
  responseMedia: 'text/event-stream',
})
