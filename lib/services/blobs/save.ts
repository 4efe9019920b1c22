import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { CroftError } from '#lib/core/error'
import type { BlobKind } from '#lib/core/task-type'
import { isUniqueViolation } from '#lib/db/client'
import { demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { scheduleIdOf } from '../schedules/get'
import { toPng } from './image'
import { toBlob, type BlobView } from './view'

/**
 * Keeps a small file for a parameter of a schedule; images become PNG. The same bytes for the same parameter are the
 * blob that is there already (zimfarm.md §18.4).
 * @throws CroftError not_found; invalid when it is empty, too big or not of its kind
 */
export async function saveBlob(
  ctx: Context,
  input: { schedule: string; field: string; kind: BlobKind; bytes: Uint8Array; comments?: string | null },
): Promise<BlobView> {
  demand(ctx, 'schedules.create')
  const scheduleId = await scheduleIdOf(ctx, input.schedule)
  const bytes = await checkedBytes(ctx, input.kind, input.bytes)
  const checksum = createHash('sha256').update(bytes).digest('hex')
  const known = () =>
    ctx.db.blob.findUnique({
      where: { scheduleId_field_checksum: { scheduleId, field: input.field, checksum } },
    })
  const before = await known()
  if (before !== null) return toBlob(ctx, before)
  const id = randomUUID()
  const storageKey = `blobs/${id}`
  await ctx.storage.put(storageKey, Readable.from([bytes]), bytes.length)
  try {
    return await transaction(ctx, async (tx) => {
      const { field, kind, comments = null } = input
      const row = await tx.db.blob.create({
        data: { id, scheduleId, field, kind, checksum, size: bytes.length, storageKey, comments, createdAt: tx.now() },
      })
      await appendEvent(tx, { kind: 'blob.saved', scheduleId, data: { blob: id, field, kind } })
      return toBlob(tx, row)
    })
  } catch (error) {
    await ctx.storage.remove(storageKey)
    const twin = isUniqueViolation(error) ? await known() : null
    if (twin === null) throw error
    return toBlob(ctx, twin)
  }
}

/** The bytes of base64 text, or of a data: address with base64. @throws CroftError invalid */
export function bytesOf(data: string): Uint8Array {
  const text = (data.startsWith('data:') ? data.slice(data.indexOf(',') + 1) : data).replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) {
    throw new CroftError('invalid', 'the data must be base64, or a data: address with base64', {
      data: ['is no base64'],
    })
  }
  return Buffer.from(text, 'base64')
}

/** The bytes of a blob as they are kept. @throws CroftError invalid when they are empty, too many or not of its kind */
export async function checkedBytes(ctx: Context, kind: BlobKind, bytes: Uint8Array): Promise<Uint8Array> {
  const refuse = (why: string) => new CroftError('invalid', `the blob ${why}`, { data: [why] })
  const limit = ctx.settings.blobMaxSize
  if (bytes.length === 0) throw refuse('must not be empty')
  if (bytes.length > limit) throw refuse(`must not have more than ${limit} bytes`)
  if (kind !== 'image' && kind !== 'illustration') {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      throw refuse('must be UTF-8 text')
    }
    return bytes
  }
  const png = await toPng(bytes)
  if (png.length > limit) throw refuse(`must not have more than ${limit} bytes as PNG`)
  return png
}
