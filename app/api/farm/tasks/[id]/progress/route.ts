import { reportProgress } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { reportProgress as progress } from '#lib/services/tasks/report'

export const POST = route(reportProgress, ({ ctx, params, body }) => progress(ctx, { taskId: params.id, ...body }))
