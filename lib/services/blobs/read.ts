import type { Readable } from 'node:stream'
import { CroftError } from '#lib/core/error'
import type { BlobKind } from '#lib/core/task-type'
import { demand, type ReadContext } from '../context'
import { scheduleIdOf } from '../schedules/get'
import { blobFilename } from './address'
import { toBlob, type BlobView } from './view'

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/
const noBlob = () => new CroftError('not_found', 'there is no such blob')

/** The blobs of a schedule, newest first. @throws CroftError not_found */
export async function listBlobs(
  ctx: ReadContext,
  schedule: string,
  page: { skip: number; limit: number },
): Promise<{ items: BlobView[]; count: number }> {
  demand(ctx, 'schedules.read')
  const where = { scheduleId: await scheduleIdOf(ctx, schedule) }
  const count = await ctx.db.blob.count({ where })
  const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }]
  const rows = await ctx.db.blob.findMany({ where, orderBy, skip: page.skip, take: page.limit })
  return { items: rows.map((row) => toBlob(ctx, row)), count }
}

/** @throws CroftError not_found */
export async function getBlob(
  ctx: ReadContext,
  input: { schedule: string; field: string; checksum: string },
): Promise<BlobView> {
  demand(ctx, 'schedules.read')
  const scheduleId = await scheduleIdOf(ctx, input.schedule)
  const row = await ctx.db.blob.findUnique({
    where: { scheduleId_field_checksum: { scheduleId, field: input.field, checksum: input.checksum } },
  })
  if (row === null) throw noBlob()
  return toBlob(ctx, row)
}

const MEDIA_TYPES: Record<BlobKind, string> = {
  image: 'image/png',
  illustration: 'image/png',
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
}

/** The bytes of a blob by its file name (`<id>.<ext>`), for everybody. @throws CroftError not_found, also for a wrong ending */
export async function openBlob(
  ctx: ReadContext,
  filename: string,
): Promise<{ body: Readable; size: number; checksum: string; mediaType: string; createdAt: Date }> {
  const id = filename.split('.')[0]?.toLowerCase() ?? ''
  const row = UUID.test(id) ? await ctx.db.blob.findUnique({ where: { id } }) : null
  const kind = row?.kind as BlobKind
  if (row === null || filename.toLowerCase() !== blobFilename(id, kind)) throw noBlob()
  const { size, checksum, createdAt } = row
  return { body: await ctx.storage.open(row.storageKey), size, checksum, mediaType: MEDIA_TYPES[kind], createdAt }
}
