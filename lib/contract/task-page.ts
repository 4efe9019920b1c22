import { z } from 'zod'
import { endpoint } from './endpoint'
import { id, instant, text } from './shared'
import { file } from './task'
import { TASK_STATUSES, STAGES, REASON_CODES } from '#lib/core/task'

const byId = z.object({ id })
export const retryTask = endpoint({
  method: 'POST',
  path: '/tasks/{id}/retry',
  tag: 'Tasks',
  summary: 'Request a failed or canceled task again, with its priority and for the worker that it was asked for',
  access: 'requests.create',
  params: byId,
  response: z.object({ id }).describe('the new task'),
  status: 201,
})
export const prioritizeTask = endpoint({
  method: 'PUT',
  path: '/tasks/{id}/priority',
  tag: 'Tasks',
  summary: 'Change the priority of a queued task',
  access: 'requests.update',
  params: byId,
  body: z.strictObject({ priority: z.number().int().min(0).max(10).describe('bigger goes first') }),
  status: 204,
})

export const sample = z.object({
  at: instant,
  attempt: z.number().int(),
  memory: z.number().nullable().describe('bytes'),
  disk: z.number().nullable().describe('bytes'),
  cpuSeconds: z.number().nullable().describe('used since the start'),
  cpuPercent: z.number().nullable().describe('of one core'),
  progress: z.number().nullable().describe('per cent'),
})
export const taskSamples = endpoint({
  method: 'GET',
  path: '/tasks/{id}/samples',
  tag: 'Tasks',
  summary: 'What a task used over its run, and how far it was: more seldom the longer it ran',
  access: 'public',
  params: byId,
  response: z.object({ items: z.array(sample) }),
})

const changes = z.array(z.object({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() }))
export const compareTask = endpoint({
  method: 'GET',
  path: '/tasks/{id}/comparison',
  tag: 'Tasks',
  summary: "How a task's configuration differs from its schedule's run before it, and from the schedule of today",
  access: 'public',
  params: byId,
  response: z.object({
    previous: z.object({ id, at: instant, changes }).nullable().describe('from that run to this one'),
    schedule: z.object({ name: z.string(), changes }).nullable().describe('from this run to the schedule of today'),
  }),
})

const link = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .max(1000, 'must not be longer than 1000 characters')
export const taskNote = z.object({
  id,
  author: z.string(),
  own: z.boolean(),
  text: z.string().describe('Markdown'),
  links: z.array(z.string()).describe('addresses of tickets'),
  createdAt: instant,
})
export const listNotes = endpoint({
  method: 'GET',
  path: '/tasks/{id}/notes',
  tag: 'Tasks',
  summary: 'What people wrote about a task, oldest first',
  access: 'signed_in',
  params: byId,
  response: z.object({ items: z.array(taskNote) }),
})
export const addNote = endpoint({
  method: 'POST',
  path: '/tasks/{id}/notes',
  tag: 'Tasks',
  summary: 'Write something about a task',
  description: 'Needs requests.create, schedules.update or tasks.cancel.',
  access: 'signed_in',
  params: byId,
  body: z.strictObject({ text: text(10_000), links: z.array(link).max(10).default([]) }),
  response: taskNote,
  status: 201,
})
export const deleteNote = endpoint({
  method: 'DELETE',
  path: '/tasks/{id}/notes/{noteId}',
  tag: 'Tasks',
  summary: 'Delete a note: your own, or with users.update any',
  access: 'signed_in',
  params: byId.extend({ noteId: id }),
  status: 204,
})

export const redeliverNotice = endpoint({
  method: 'POST',
  path: '/tasks/{id}/notices/{noticeId}/redelivery',
  tag: 'Tasks',
  summary: 'Send a notice again, with the document that it had',
  access: 'requests.create',
  params: byId.extend({ noticeId: id }),
  status: 202,
})

export const createLink = endpoint({
  method: 'POST',
  path: '/tasks/{id}/links',
  tag: 'Requester',
  summary: 'A signed address for somebody without an account: it shows the state of this one task, and its files',
  access: 'signed_in',
  params: byId,
  body: z.strictObject({ days: z.number().int().min(1).max(90).default(30).describe('how long it is valid') }),
  response: z.object({ url: z.string(), token: z.string(), expiresAt: instant }),
  status: 201,
})
export const requesterFile = file.pick({ name: true, size: true, sha256: true }).extend({
  id,
  ready: z.boolean().describe('whether it can be downloaded: GET /api/farm/links/{token}/files/{id}'),
})
const token = z.string().min(1).max(1000)
export const openLink = endpoint({
  method: 'GET',
  path: '/links/{token}',
  tag: 'Requester',
  summary: 'What a signed address shows: the state, the place in the queue, the times, the files',
  access: 'public',
  params: z.object({ token }),
  response: z.object({
    name: z.string(),
    status: z.enum(TASK_STATUSES),
    stage: z.enum(STAGES).nullable(),
    canceling: z.boolean(),
    progress: z.number().int().nullable().describe('per cent'),
    requestedAt: instant,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
    rank: z.number().int().nullable().describe('of a queued task: how many are before it'),
    rankExact: z.boolean(),
    expectedStartAt: instant.nullable(),
    expectedEndAt: instant.nullable(),
    reasonCode: z.enum(REASON_CODES).nullable(),
    again: z.boolean().describe('whether a task of the same schedule has been requested since it failed'),
    files: z.array(requesterFile),
    validUntil: instant,
  }),
})
export const openLinkFile = endpoint({
  method: 'GET',
  path: '/links/{token}/files/{id}',
  tag: 'Requester',
  summary: 'A file of the task that a signed address shows',
  access: 'public',
  params: z.object({ token, id }),
  responseMedia: 'application/octet-stream',
})
