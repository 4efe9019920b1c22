import { createHash, randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { CroftError } from '#lib/core/error'
import type { Params } from '#lib/core/schedule'
import type { BlobKind, TaskTypeDefinition } from '#lib/core/task-type'
import type { Context, TxContext } from '../context'
import { blobPrefix, blobUrl } from './address'
import { checkedBytes } from './save'

export type NewBlob = { field: string; bytes: Uint8Array; comments?: string | null }
type Kept = {
  id: string
  field: string
  kind: BlobKind
  checksum: string
  size: number
  storageKey: string
  comments: string | null
}
export type OwnBlobs = {
  /** With the addresses of the new blobs. */
  params: Params
  /** Writes the rows, in the transaction that makes the schedule. */
  write: (tx: TxContext, scheduleId: string) => Promise<void>
  /** Takes the bytes away again, when there will be no schedule. */
  drop: () => Promise<void>
}

/**
 * Blobs of a schedule that is about to be made: what comes with it, and copies of the blobs of others that its parameters
 * name, so that each schedule has its own. The bytes are kept at once.
 * @throws CroftError invalid when a field takes no blob, or the bytes are not of its kind
 */
export async function ownBlobs(
  ctx: Context,
  definition: TaskTypeDefinition,
  given: Params,
  uploads: readonly NewBlob[],
): Promise<OwnBlobs> {
  const params = { ...given }
  const kept: Kept[] = []
  const drop = async () => {
    for (const { storageKey } of kept) await ctx.storage.remove(storageKey)
  }
  const keep = async (field: string, kind: BlobKind, bytes: Uint8Array, comments: string | null) => {
    const id = randomUUID()
    const storageKey = `blobs/${id}`
    const checksum = createHash('sha256').update(bytes).digest('hex')
    await ctx.storage.put(storageKey, Readable.from([bytes]), bytes.length)
    kept.push({ id, field, kind, checksum, size: bytes.length, storageKey, comments })
    params[field] = blobUrl(ctx.settings, id, kind)
  }
  try {
    for (const { field: key, bytes, comments = null } of uploads) {
      const kind = definition.fields.find((field) => field.key === key)?.kind
      if (kind === undefined)
        throw new CroftError('invalid', `${key} takes no file`, { [`config.params.${key}`]: ['takes no file'] })
      await keep(key, kind, await checkedBytes(ctx, kind, bytes), comments)
    }
    const uploaded = new Set(uploads.map(({ field }) => field))
    for (const { key, kind } of definition.fields) {
      if (kind === undefined || uploaded.has(key)) continue
      const row = await blobAt(ctx, given[key])
      if (row === null || row.kind !== kind) continue
      await keep(key, kind, await buffer(await ctx.storage.open(row.storageKey)), row.comments)
    }
  } catch (error) {
    await drop()
    throw error
  }
  const write = async (tx: TxContext, scheduleId: string) => {
    await tx.db.blob.createMany({ data: kept.map((blob) => ({ ...blob, scheduleId, createdAt: tx.now() })) })
  }
  return { params, write, drop }
}

async function blobAt(ctx: Context, value: unknown) {
  const prefix = blobPrefix(ctx.settings)
  if (typeof value !== 'string' || !value.startsWith(prefix)) return null
  const id = value.slice(prefix.length).split('.')[0] ?? ''
  return /^[0-9a-f-]{36}$/.test(id) ? ctx.db.blob.findUnique({ where: { id } }) : null
}
