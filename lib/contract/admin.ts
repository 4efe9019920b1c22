import { z } from 'zod'
import { MANAGED_KINDS } from '#lib/core/managed'
import { endpoint } from './endpoint'
import { id, instant, pageOf, pageQuery, repeated, text } from './shared'

export const auditEntry = z.object({
  id: z.string(),
  at: instant,
  kind: z.string(),
  actor: z.string(),
  taskId: id.nullable(),
  task: z.string().nullable().describe('the name of the task’s schedule'),
  schedule: z.string().nullable(),
  worker: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
})
export const auditLog = endpoint({
  method: 'GET',
  path: '/events',
  tag: 'Operation',
  summary: 'What people and the farm itself have done, newest first; without what the life of each task writes',
  access: 'users.read',
  query: pageQuery.extend({
    actor: z.string().max(200).optional().describe('who'),
    kind: repeated(z.string().max(100)).describe('what: a kind, or what stands before its dot'),
    from: instant.optional(),
    to: instant.optional(),
    worker: z.string().max(200).optional(),
    schedule: z.string().max(200).optional(),
    task: id.optional(),
  }),
  response: pageOf(auditEntry),
})
export const auditKinds = endpoint({
  method: 'GET',
  path: '/event-kinds',
  tag: 'Operation',
  summary: 'The kinds of events that the log has',
  access: 'users.read',
  response: z.object({ items: z.array(z.string()) }),
})

const kinds = z.object({ kind: z.enum(MANAGED_KINDS) })
export const managedValue = z.object({
  value: z.string(),
  label: z.string().describe('how people read it; for a language its name in English'),
  native: z.string().describe('for a language: its own name'),
  source: z.enum(['built_in', 'added', 'in_use']),
  addedBy: z.string().nullable(),
  addedAt: instant.nullable(),
})
export const listManaged = endpoint({
  method: 'GET',
  path: '/catalogue/{kind}',
  tag: 'Catalogue',
  summary: 'Languages, tags, categories or warehouse paths that forms offer',
  access: 'public',
  params: kinds,
  response: z.object({ items: z.array(managedValue) }),
})
export const addManaged = endpoint({
  method: 'POST',
  path: '/catalogue/{kind}',
  tag: 'Catalogue',
  summary: 'Add a value, or say anew how it reads',
  access: 'task_types.update',
  params: kinds,
  body: z.strictObject({ value: text(200), label: text(200).optional(), native: text(200).optional() }),
  response: managedValue,
  status: 201,
})
export const removeManaged = endpoint({
  method: 'DELETE',
  path: '/catalogue/{kind}',
  tag: 'Catalogue',
  summary: 'Offer a value no longer; schedules that have it keep it',
  access: 'task_types.update',
  params: kinds,
  query: z.object({ value: text(200) }),
  status: 204,
})
