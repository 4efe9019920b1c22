import { deleteBlob, updateBlob } from '#lib/contract/blob'
import { route } from '#lib/http/route'
import { commentBlob, deleteBlob as remove } from '#lib/services/blobs/change'

export const PATCH = route(updateBlob, ({ ctx, params, body }) => commentBlob(ctx, { ...params, ...body }))
export const DELETE = route(deleteBlob, ({ ctx, params }) => remove(ctx, params.id))
