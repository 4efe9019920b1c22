import { taskSamples } from '#lib/contract/task-page'
import { route } from '#lib/http/route'
import { listSamples } from '#lib/services/samples/samples'

export const GET = route(taskSamples, async ({ ctx, params }) => ({ items: await listSamples(ctx, params.id) }))
