import { listTasks, requestTasks } from '#lib/contract/task'
import { route } from '#lib/http/route'
import { listTasks as list } from '#lib/services/tasks/list'
import { requestTasks as request } from '#lib/services/tasks/request'

export const GET = route(listTasks, ({ ctx, query }) => list(ctx, query))
export const POST = route(requestTasks, ({ ctx, body }) => request(ctx, body))
