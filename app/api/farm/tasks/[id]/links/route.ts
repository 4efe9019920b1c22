import { createLink } from '#lib/contract/task-page'
import { route } from '#lib/http/route'
import { createLink as create } from '#lib/services/links/open'

export const POST = route(createLink, ({ ctx, params, body }) => create(ctx, { taskId: params.id, ...body }))
