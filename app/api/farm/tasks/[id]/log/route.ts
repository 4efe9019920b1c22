import { taskLog } from '#lib/contract/task'
import { appendLog } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { appendLog as append, readLog } from '#lib/services/tasks/log'

export const GET = route(taskLog, ({ ctx, params, query }) => readLog(ctx, { taskId: params.id, ...query }))
export const POST = route(appendLog, ({ ctx, params, body }) => append(ctx, { taskId: params.id, ...body }))
