import { z } from 'zod'
import { BLOB_KINDS } from '#lib/core/task-type'
import { endpoint } from './endpoint'
import { byName } from './schedule'
import { id, instant, text } from './shared'

const blob = z.object({
  id,
  field: z.string(),
  kind: z.enum(BLOB_KINDS),
  checksum: z.string().describe('SHA-256, hexadecimal'),
  size: z.number().int(),
  comments: z.string().nullable(),
  createdAt: instant,
  url: z.string().describe('public; give it to the parameter'),
})
const comments = z.string().max(1_000).nullable()

export const listBlobs = endpoint({
  method: 'GET',
  path: '/schedules/{name}/blobs',
  tag: 'Schedules',
  summary: 'The small files of a schedule',
  access: 'schedules.read',
  params: byName,
  query: z.object({
    skip: z.coerce.number().int().min(0).max(100_000).default(0),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  response: z.object({ items: z.array(blob), count: z.number().int() }),
})
export const saveBlob = endpoint({
  method: 'POST',
  path: '/schedules/{name}/blobs',
  tag: 'Schedules',
  summary: 'Keep a small file for a parameter of a schedule',
  description: 'Images become PNG. The same bytes for the same parameter are the file that is there already.',
  access: 'schedules.create',
  params: byName,
  body: z.strictObject({
    field: text(100),
    kind: z.enum(BLOB_KINDS),
    data: z.string().min(1).describe('base64, or a data: address'),
    comments: comments.optional(),
  }),
  response: blob,
})
const byId = z.object({ id })
export const updateBlob = endpoint({
  method: 'PATCH',
  path: '/blobs/{id}',
  tag: 'Schedules',
  summary: 'Change the comments of a small file',
  access: 'schedules.create',
  params: byId,
  body: z.strictObject({ comments }),
  response: blob,
})
export const deleteBlob = endpoint({
  method: 'DELETE',
  path: '/blobs/{id}',
  tag: 'Schedules',
  summary: 'Delete a small file',
  access: 'schedules.create',
  params: byId,
  status: 204,
})
