import { z } from 'zod'
import { TASK_STATUSES } from '#lib/core/task'
import { endpoint } from './endpoint'
import { id } from './shared'

export const search = endpoint({
  method: 'GET',
  path: '/search',
  tag: 'Search',
  summary: 'Schedules, tasks and workers by part of a name, or a task by the beginning of its id',
  description: 'The best few of each, those that begin with the text first. Archived schedules are left out.',
  access: 'public',
  query: z.object({ q: z.string().trim().min(1).max(200) }),
  response: z.object({
    schedules: z.array(z.object({ name: z.string(), taskType: z.string() })),
    tasks: z.array(z.object({ id, schedule: z.string(), status: z.enum(TASK_STATUSES), updatedAt: z.string() })),
    workers: z.array(z.object({ name: z.string() })),
  }),
})
