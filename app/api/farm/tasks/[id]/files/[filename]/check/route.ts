import { reportCheck } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { reportCheck as check } from '#lib/services/files/upload'

export const POST = route(reportCheck, ({ ctx, params, body }) =>
  check(ctx, { taskId: params.id, filename: params.filename, ...body }),
)
