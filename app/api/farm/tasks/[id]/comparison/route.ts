import { compareTask } from '#lib/contract/task-page'
import { route } from '#lib/http/route'
import { compareTask as compare } from '#lib/services/tasks/compare'

export const GET = route(compareTask, ({ ctx, params }) => compare(ctx, params.id))
