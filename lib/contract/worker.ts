import { z } from 'zod'
import { REASON_CODES, STAGES } from '#lib/core/task'
import { WORKER_KINDS } from '#lib/core/worker'
import { endpoint } from './endpoint'
import { id, instant, pageOf, pageQuery, resources, text } from './shared'
import { fileCheck, file, logLine, progress, task } from './task'

export const workerName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{2,99}$/, 'must have 3 to 100 letters, digits, dots, hyphens or underscores')
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
  cordoned: z.object({ since: instant, reason: z.string().nullable() }).nullable().describe('its own wish'),
  disabled: z
    .object({ since: instant, by: z.string().nullable(), reason: z.string().nullable() })
    .nullable()
    .describe('taken out of service by an administrator'),
  contexts: z.array(z.string()).describe('whose tasks it may take'),
  version: z.string().nullable(),
  lastSeenAt: instant.nullable(),
  running: z.array(z.object({ id, name: z.string(), status: z.string(), progress: progress.nullable() })),
})
export const listWorkers = endpoint({
  method: 'GET',
  path: '/workers',
  tag: 'Workers',
  summary: 'Workers, by name, with what they run',
  access: 'public',
  query: pageQuery,
  response: pageOf(worker),
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
  summary: 'Take a worker out of service or back, and say which contexts it has',
  description: 'What it runs goes on. `contexts` replaces all of them.',
  access: 'workers.update',
  params: byName,
  body: z.strictObject({
    disabled: z
      .strictObject({ reason: text(1000) })
      .nullable()
      .optional()
      .describe('null: back in service'),
    contexts: z
      .record(text(100), z.union([z.ipv4(), z.ipv6()], 'must be an address, or null').nullable())
      .refine((contexts) => Object.keys(contexts).length <= 100, 'must not be more than 100')
      .optional()
      .describe('context → the only address that it may call from, or null for any'),
  }),
  response: worker,
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
    'Each message has an id (resume with Last-Event-ID, or `after`), the event `change`, and as data an event with its kind and the ids that it touches. `task` limits it to one task.',
  access: 'public',
  query: z.object({ task: id.optional(), after: z.string().max(100).optional() }),
  responseMedia: 'text/event-stream',
})
