import { z } from 'zod'
import { BULK_ACTIONS, BULK_STATES } from '#lib/core/bulk'
import { ERROR_CODES } from '#lib/core/error'
import { endpoint } from './endpoint'
import { id, instant, pageQuery } from './shared'
import { taskQuery } from './pipeline'

const options = z.strictObject({
  priority: z.number().int().min(0).max(10).optional().describe('for prioritize and request'),
  worker: z.string().min(1).max(200).nullable().optional().describe('for request: only this worker may take them'),
})
export const bulkJob = z.object({
  id,
  author: z.string(),
  action: z.enum(BULK_ACTIONS),
  selection: z.union([z.object({ ids: z.array(id) }), z.object({ query: taskQuery })]),
  options,
  state: z.enum(BULK_STATES),
  expected: z.number().int().describe('how many there were when it was asked for'),
  exact: z.boolean().describe('false: at least so many'),
  done: z.number().int(),
  failed: z.number().int(),
  error: z.string().nullable().describe('why it stopped before its end'),
  createdAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  stoppedBy: z.string().nullable(),
})
export const createBulkJob = endpoint({
  method: 'POST',
  path: '/bulk-jobs',
  tag: 'Pipeline',
  summary: 'Do one thing to many tasks: the selected ones, or all that a filter shows',
  description:
    'cancel needs tasks.cancel; retry and request need requests.create; prioritize needs requests.update. A dispatcher does it, one task after another, also when nobody looks. Tasks that came after it was asked for are left alone.',
  access: 'signed_in',
  body: z.strictObject({
    action: z.enum(BULK_ACTIONS),
    selection: z.union([
      z.strictObject({ ids: z.array(id).min(1).max(1000) }),
      z.strictObject({ query: z.strictObject(taskQuery.shape) }),
    ]),
    options: options.default({}),
  }),
  response: bulkJob,
  status: 201,
})
export const listBulkJobs = endpoint({
  method: 'GET',
  path: '/bulk-jobs',
  tag: 'Pipeline',
  summary: 'Your bulk jobs, newest first',
  access: 'signed_in',
  query: pageQuery,
  response: z.object({ items: z.array(bulkJob), next: z.string().nullable() }),
})
const byId = z.object({ id })
export const getBulkJob = endpoint({
  method: 'GET',
  path: '/bulk-jobs/{id}',
  tag: 'Pipeline',
  summary: 'How far a bulk job is',
  access: 'signed_in',
  params: byId,
  response: bulkJob,
})
export const stopBulkJob = endpoint({
  method: 'POST',
  path: '/bulk-jobs/{id}/stop',
  tag: 'Pipeline',
  summary: 'Stop a bulk job: what is done stays done',
  access: 'signed_in',
  params: byId,
  response: bulkJob,
})
export const bulkResult = z.object({
  n: z.number().int(),
  taskId: id,
  name: z.string(),
  done: z.boolean(),
  code: z.enum(ERROR_CODES).nullable(),
  why: z.string().nullable(),
  madeTaskId: id.nullable().describe('the task that was requested'),
})
export const bulkResults = endpoint({
  method: 'GET',
  path: '/bulk-jobs/{id}/results',
  tag: 'Pipeline',
  summary: 'What became of each task of a bulk job',
  access: 'signed_in',
  params: byId,
  query: pageQuery.extend({
    failed: z.enum(['true', 'false']).optional().describe('only the failed, or only the others'),
  }),
  response: z.object({ items: z.array(bulkResult), next: z.string().nullable() }),
})
