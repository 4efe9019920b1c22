import type { BlobKind } from '#lib/core/task-type'
import type { Prisma } from '#lib/db/client'
import type { ReadContext } from '../context'
import { blobFilename, blobUrl } from './address'

export type BlobView = {
  id: string
  /** Null once its schedule is gone. */
  scheduleId: string | null
  field: string
  kind: BlobKind
  /** Lower-case hexadecimal SHA-256. */
  checksum: string
  size: number
  comments: string | null
  createdAt: Date
  filename: string
  url: string
}

export function toBlob(ctx: ReadContext, row: Prisma.BlobGetPayload<object>): BlobView {
  const { id, scheduleId, field, checksum, size, comments, createdAt } = row
  const kind = row.kind as BlobKind
  const filename = blobFilename(id, kind)
  return {
    id,
    scheduleId,
    field,
    kind,
    checksum,
    size,
    comments,
    createdAt,
    filename,
    url: blobUrl(ctx.settings, id, kind),
  }
}
