import { getTask } from '#lib/contract/task'
import { route } from '#lib/http/route'
import { showTask } from '#lib/services/tasks/show'

export const GET = route(getTask, ({ ctx, params }) => showTask(ctx, params.id))
