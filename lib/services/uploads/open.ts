import { randomUUID } from 'node:crypto'
import { CroftError } from '#lib/core/error'
import { UPLOAD_LIMIT, uploadPath, UPLOADS_WAITING_LIMIT } from '#lib/core/upload'
import { isUniqueViolation } from '#lib/db/client'
import { demand, transaction, type Context, type ReadContext } from '../context'
import { OPEN, UploadWriter, writerOf, type UploadRow } from './writer'

export type OpenUpload = {
  path: string
  /** `new` forgets what was there; `continue` goes on at its end. */
  mode: 'new' | 'continue'
  declared?: { size?: number; sha256?: string }
}

/** The account whose area is meant. Nobody has another's. @throws CroftError unauthenticated, forbidden */
export function areaOwner(ctx: ReadContext): string {
  demand(ctx, 'zim.upload')
  if (ctx.actor.kind !== 'account') throw new CroftError('forbidden', 'only accounts have an area to upload to')
  return ctx.actor.accountId
}

/** Opens a file of the caller's area for writing at its end. Whoever wrote it before keeps nothing more. */
export async function openUpload(ctx: Context, input: OpenUpload): Promise<UploadWriter> {
  const accountId = areaOwner(ctx)
  const { path } = uploadPath(input.path)
  if ((input.declared?.size ?? 0) > UPLOAD_LIMIT)
    throw new CroftError('too_large', `a file must not have more than ${UPLOAD_LIMIT} bytes`)
  const { row, before } = await reserve(ctx, accountId, path, input).catch((error: unknown) => {
    if (isUniqueViolation(error)) return reserve(ctx, accountId, path, input)
    throw error
  })
  await writerOf(row.id)
    ?.close()
    .catch(() => undefined)
  if (before !== null && before.storageKey !== row.storageKey) {
    if (input.mode === 'continue') await copy(ctx, before, row)
    await forgetBytes(ctx, before)
  }
  return new UploadWriter(ctx, row, await ctx.storage.draft(row.storageKey))
}

/** @throws CroftError conflict when the account has as many files and folders waiting as it may */
export async function checkRoom(ctx: ReadContext, accountId: string): Promise<void> {
  const waiting = await ctx.db.upload.count({ where: { accountId, fileId: null } })
  if (waiting >= UPLOADS_WAITING_LIMIT)
    throw new CroftError('conflict', `${waiting} uploads wait for a task to tell of them: remove some first`)
}

async function reserve(
  ctx: Context,
  accountId: string,
  path: string,
  { mode, declared = {} }: OpenUpload,
): Promise<{ row: UploadRow; before: UploadRow | null }> {
  return transaction(ctx, async (tx) => {
    const now = tx.now()
    await tx.db.$executeRaw`SELECT 1 FROM upload WHERE account_id = ${accountId}::uuid AND path = ${path} FOR UPDATE`
    const before = await tx.db.upload.findUnique({ where: { accountId_path: { accountId, path } } })
    const told = {
      ...(declared.size !== undefined && { declaredSize: declared.size }),
      ...(declared.sha256 !== undefined && { declaredSha256: declared.sha256 }),
    }
    if (before === null) {
      await checkRoom(tx, accountId)
      const id = randomUUID()
      const storageKey = `uploads/${id}/1`
      const data = { id, accountId, path, storageKey, size: OPEN, createdAt: now, updatedAt: now, ...told }
      return { row: await tx.db.upload.create({ data }), before }
    }
    const fence = before.fence + 1
    const fresh = mode === 'new' || before.wholeAt !== null
    const data = {
      fence,
      size: OPEN,
      updatedAt: now,
      sha256: null,
      ...(fresh && { storageKey: `uploads/${before.id}/${fence}`, wholeAt: null }),
      ...(mode === 'new' && { declaredSize: null, declaredSha256: null }),
      ...told,
    }
    return { row: await tx.db.upload.update({ where: { id: before.id }, data }), before }
  })
}

/** What is whole grows again: a log that was uploaded while it was written. */
async function copy(ctx: Context, from: UploadRow, to: UploadRow): Promise<void> {
  const draft = await ctx.storage.draft(to.storageKey)
  for await (const chunk of await ctx.storage.open(from.storageKey)) await draft.append(chunk as Buffer)
  await draft.close()
}

/** Forgets the bytes of an upload, unless they are a task's file by now. */
export async function forgetBytes(ctx: Context, row: UploadRow): Promise<void> {
  if (row.wholeAt === null) return ctx.storage.discard(row.storageKey)
  const used = await ctx.db.file.findFirst({ where: { storageKey: row.storageKey }, select: { id: true } })
  if (used === null) await ctx.storage.remove(row.storageKey)
}
