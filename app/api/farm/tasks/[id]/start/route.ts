import { reportStart } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { reportStart as start } from '#lib/services/tasks/report'

export const POST = route(reportStart, ({ ctx, params, body }) => start(ctx, { taskId: params.id, ...body }))
