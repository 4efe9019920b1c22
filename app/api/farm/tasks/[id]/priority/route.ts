import { prioritizeTask } from '#lib/contract/task-page'
import { route } from '#lib/http/route'
import { prioritize } from '#lib/services/tasks/cancel'

export const PUT = route(prioritizeTask, ({ ctx, params, body }) => prioritize(ctx, { taskId: params.id, ...body }))
