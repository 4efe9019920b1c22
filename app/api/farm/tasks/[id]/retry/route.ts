import { retryTask } from '#lib/contract/task-page'
import { route } from '#lib/http/route'
import { retryTask as retry } from '#lib/services/tasks/retry'

export const POST = route(retryTask, async ({ ctx, params }) => ({ id: await retry(ctx, params.id) }))
