import { uploadSource } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { uploadSource as upload } from '#lib/services/files/upload'

export const POST = route(uploadSource, ({ ctx, query, request }) =>
  upload(ctx, { name: query.name, body: request.body }),
)
