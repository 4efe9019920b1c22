import { Readable } from 'node:stream'
import { dateV2 } from '#lib/core/task-document-v2'
import { commentBlob, deleteBlob } from '#lib/services/blobs/change'
import { getBlob, listBlobs, openBlob } from '#lib/services/blobs/read'
import { saveBlob } from '#lib/services/blobs/save'
import type { BlobView } from '#lib/services/blobs/view'
import { CroftError } from '#lib/core/error'
import { BadRequest, check, orNotFound, WireError } from '../errors'
import { page } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { blobPatch, idPath, newBlob, pageQuery } from '../wire'
import { gone } from './recipes'

const toBlob = (blob: BlobView) => ({
  id: blob.id,
  flag_name: blob.field,
  kind: blob.kind,
  checksum: blob.checksum,
  comments: blob.comments,
  created_at: dateV2(blob.createdAt),
  filename: blob.filename,
  url: blob.url,
})
const found = <T>(work: Promise<T>) => orNotFound('Blob not found', work)

/** Base64, or a data: address of it. @throws WireError */
function bytesOf(data: string): Buffer {
  const [, inner] = /^data:[^,]*;base64,(.*)$/s.exec(data) ?? [null, data]
  const text = (inner ?? '').replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 === 1)
    throw new WireError({ data: ['must be base64, or a data: address of it'] })
  return Buffer.from(text, 'base64')
}

async function save({ ctx, params: [schedule = ''], body }: Call) {
  const { flag_name, kind, data, comments } = check(newBlob, await body())
  const bytes = bytesOf(data)
  try {
    return ok(toBlob(await gone(saveBlob(ctx, { schedule, field: flag_name, kind, bytes, comments }))))
  } catch (error) {
    // Too big, or no image: a bad request here (zimfarm.md §18.4).
    throw error instanceof CroftError && error.code === 'invalid' ? new BadRequest(error.message) : error
  }
}

async function list({ ctx, params: [schedule = ''], query }: Call) {
  const paging = check(pageQuery, query)
  const { items, count } = await gone(listBlobs(ctx, schedule, paging))
  return ok(page(paging, count, items.map(toBlob)))
}

const read = async ({ ctx, params: [schedule = '', field = '', checksum = ''] }: Call) =>
  ok(toBlob(await found(getBlob(ctx, { schedule, field, checksum }))))

async function comment({ ctx, params: [id = ''], body }: Call) {
  const { comments } = check(blobPatch, await body())
  return ok(toBlob(await found(commentBlob(ctx, { id: check(idPath, { id }).id, comments }))))
}

async function remove({ ctx, params: [id = ''] }: Call) {
  await found(deleteBlob(ctx, check(idPath, { id }).id))
  return nothing(204)
}

/** The bytes, for everybody. A page of somebody else's must not run as one of the farm's. */
async function download({ ctx, params: [filename = ''] }: Call) {
  const blob = await found(openBlob(ctx, filename))
  return new Response(Readable.toWeb(blob.body) as ReadableStream, {
    headers: {
      'content-type': blob.mediaType,
      'content-length': String(blob.size),
      etag: `"${blob.checksum}"`,
      'last-modified': blob.createdAt.toUTCString(),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    },
  })
}

export const blobs: Route[] = [
  { method: 'GET', path: '/blobs/download/:filename', access: 'open', handle: download },
  { method: 'POST', path: '/blobs/:name', access: 'recipes.create', handle: save },
  { method: 'GET', path: '/blobs/:name', access: 'recipes.read', handle: list },
  { method: 'GET', path: '/blobs/:name/:flag/:checksum', access: 'recipes.read', handle: read },
  { method: 'PATCH', path: '/blobs/:id', access: 'recipes.create', handle: comment },
  { method: 'DELETE', path: '/blobs/:id', access: 'recipes.create', handle: remove },
]
