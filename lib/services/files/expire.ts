import type { UploadPlan } from '#lib/core/task-view'
import { areaOf, UPLOAD_KEEP_DAYS, type FileKind } from '#lib/core/upload'
import { transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { discard } from './discard'
import { forgetBytes } from '../uploads/open'

const DAY = 86_400_000

/** When the bytes of a task's file are to be deleted, by the task's plan (zimfarm.md §10.2); null for never. */
export function expiryOf(plan: UploadPlan, kind: FileKind, uploadedAt: Date): Date | null {
  const days = plan[areaOf(kind)]?.expiration ?? 0
  return days > 0 ? new Date(uploadedAt.getTime() + days * DAY) : null
}

/**
 * Lets go the bytes of files whose time is over, and uploads that no task told of. The rows of files stay, to tell what
 * there was. Safe to run anywhere, at any time, twice. Returns how many it dealt with.
 */
export async function expireFiles(ctx: Context, limit: number): Promise<number> {
  const now = ctx.now()
  const files = await ctx.db.file.findMany({
    where: { storageKey: { not: null }, expiresAt: { lte: now } },
    orderBy: { expiresAt: 'asc' },
    take: limit,
    select: { id: true, taskId: true, name: true, storageKey: true },
  })
  for (const { id, taskId, name, storageKey } of files) {
    await transaction(ctx, async (tx) => {
      const { count } = await tx.db.file.updateMany({ where: { id, storageKey }, data: { storageKey: null } })
      if (count === 0 || storageKey === null) return
      await tx.db.upload.deleteMany({ where: { fileId: id, storageKey } })
      await discard(tx, [storageKey])
      await appendEvent(tx, { kind: 'file.expired', taskId: taskId ?? undefined, data: { name } })
    })
  }
  const uploads = await ctx.db.upload.findMany({
    where: { fileId: null, updatedAt: { lt: new Date(now.getTime() - UPLOAD_KEEP_DAYS * DAY) } },
    take: limit,
  })
  for (const row of uploads) {
    const { count } = await ctx.db.upload.deleteMany({ where: { id: row.id, fence: row.fence } })
    if (count > 0) await forgetBytes(ctx, row)
  }
  return files.length + uploads.length
}
