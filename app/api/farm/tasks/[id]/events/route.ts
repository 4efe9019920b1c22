import { taskEvents } from '#lib/contract/task'
import { route } from '#lib/http/route'
import { taskEvents as list } from '#lib/services/events/feed'

export const GET = route(taskEvents, ({ ctx, params, query }) => list(ctx, { taskId: params.id, ...query }))
