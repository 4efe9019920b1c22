import { uploadFile } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { uploadFile as upload } from '#lib/services/files/upload'

export const PUT = route(uploadFile, ({ ctx, params, query, request }) =>
  upload(ctx, { taskId: params.id, filename: params.filename, ...query, body: request.body }),
)
