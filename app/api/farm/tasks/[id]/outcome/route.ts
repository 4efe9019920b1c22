import { reportOutcome } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { reportOutcome as outcome } from '#lib/services/tasks/report'

export const POST = route(reportOutcome, ({ ctx, params, body }) => outcome(ctx, { taskId: params.id, ...body }))
