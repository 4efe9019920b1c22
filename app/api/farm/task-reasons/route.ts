import { whyTasks } from '#lib/contract/pipeline'
import { route } from '#lib/http/route'
import { whyTasks as why } from '#lib/services/tasks/why-many'

export const GET = route(whyTasks, async ({ ctx, query }) => ({ items: await why(ctx, query.id) }))
