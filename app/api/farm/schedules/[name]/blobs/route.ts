import { listBlobs, saveBlob } from '#lib/contract/blob'
import { route } from '#lib/http/route'
import { listBlobs as list } from '#lib/services/blobs/read'
import { bytesOf, saveBlob as save } from '#lib/services/blobs/save'

export const GET = route(listBlobs, ({ ctx, params, query }) => list(ctx, params.name, query))
export const POST = route(saveBlob, ({ ctx, params, body: { data, ...body } }) =>
  save(ctx, { schedule: params.name, bytes: bytesOf(data), ...body }),
)
