import { taskLogText } from '#lib/contract/task'
import { logText } from '#lib/http/log-text'
import { route } from '#lib/http/route'

export const GET = route(taskLogText, ({ ctx, params }) => logText(ctx, params.id))
