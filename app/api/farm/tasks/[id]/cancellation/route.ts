import { cancelTask } from '#lib/contract/task'
import { route } from '#lib/http/route'
import { cancelTask as cancel } from '#lib/services/tasks/cancel'

export const POST = route(cancelTask, ({ ctx, params }) => cancel(ctx, params.id))
