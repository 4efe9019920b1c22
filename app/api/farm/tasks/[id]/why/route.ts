import { whyTask } from '#lib/contract/task'
import { route } from '#lib/http/route'
import { whyTask as why } from '#lib/services/tasks/why'

export const GET = route(whyTask, ({ ctx, params }) => why(ctx, params.id))
