import { z } from 'zod'
import { BULK_STATES, SCHEDULE_ACTIONS } from '#lib/core/bulk'
import { bulkJob, bulkResult } from './bulk'
import { endpoint } from './endpoint'
import { scheduleFilter } from './schedule'
import { id, pageOf, pageQuery, text } from './shared'

const job = z.object({
  ...bulkJob.omit({ action: true, selection: true, options: true }).shape,
  action: z.enum(SCHEDULE_ACTIONS),
  state: z.enum(BULK_STATES),
})
const byId = z.object({ id })

export const createScheduleBulk = endpoint({
  method: 'POST',
  path: '/schedule-bulk-jobs',
  tag: 'Schedules',
  summary: 'Do one thing to many schedules: the selected ones, or all that a filter finds',
  description:
    'Enabling, disabling and tagging need schedules.update; archiving and restoring schedules.archive; requesting requests.create. A dispatcher does it, one schedule after another, also when nobody looks.',
  access: 'signed_in',
  body: z.strictObject({
    action: z.enum(SCHEDULE_ACTIONS),
    selection: z.union([
      z.strictObject({ schedules: z.array(id).min(1).max(10_000) }),
      z.strictObject({ scheduleQuery: z.strictObject(scheduleFilter.shape) }),
    ]),
    options: z
      .strictObject({
        tag: text(100).optional().describe('for tag and untag'),
        priority: z.number().int().min(0).max(10).optional(),
        worker: z.string().min(1).max(200).nullable().optional().describe('only this worker may take the tasks'),
        comment: z.string().max(1_000).optional().describe('for the histories'),
      })
      .default({}),
  }),
  response: job,
  status: 201,
})
export const getScheduleBulk = endpoint({
  method: 'GET',
  path: '/schedule-bulk-jobs/{id}',
  tag: 'Schedules',
  summary: 'How far a bulk job is',
  access: 'signed_in',
  params: byId,
  response: job,
})
export const stopScheduleBulk = endpoint({
  method: 'POST',
  path: '/schedule-bulk-jobs/{id}/stop',
  tag: 'Schedules',
  summary: 'Stop a bulk job: what is done stays done',
  access: 'signed_in',
  params: byId,
  status: 200,
  response: job,
})
export const scheduleBulkResults = endpoint({
  method: 'GET',
  path: '/schedule-bulk-jobs/{id}/results',
  tag: 'Schedules',
  summary: 'What became of each schedule of a bulk job',
  access: 'signed_in',
  params: byId,
  query: pageQuery.extend({ failed: z.enum(['true', 'false']).optional() }),
  response: pageOf(bulkResult.omit({ taskId: true }).extend({ scheduleId: id })),
})
