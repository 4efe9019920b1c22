import { CroftError } from '#lib/core/error'
import { demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { discard } from '../files/discard'
import { toBlob, type BlobView } from './view'

const missing = (id: string) => new CroftError('not_found', `there is no blob ${id}`)

/** Changes a blob's comments. @throws CroftError not_found */
export async function commentBlob(ctx: Context, input: { id: string; comments: string | null }): Promise<BlobView> {
  demand(ctx, 'schedules.create')
  const { count } = await ctx.db.blob.updateMany({ where: { id: input.id }, data: { comments: input.comments } })
  if (count === 0) throw missing(input.id)
  return toBlob(ctx, await ctx.db.blob.findUniqueOrThrow({ where: { id: input.id } }))
}

/** Deletes a blob; its bytes go after the row. @throws CroftError not_found */
export async function deleteBlob(ctx: Context, id: string): Promise<void> {
  demand(ctx, 'schedules.create')
  await transaction(ctx, async (tx) => {
    const row = await tx.db.blob.findUnique({ where: { id } })
    if (row === null) throw missing(id)
    await tx.db.blob.delete({ where: { id }, select: { id: true } })
    await discard(tx, [row.storageKey])
    await appendEvent(tx, { kind: 'blob.deleted', scheduleId: row.scheduleId, data: { blob: id, field: row.field } })
  })
}
