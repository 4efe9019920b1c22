import { taskNotices } from '#lib/contract/task'
import { route } from '#lib/http/route'
import { listNotices } from '#lib/services/notices/list'

export const GET = route(taskNotices, async ({ ctx, params }) => ({ items: await listNotices(ctx, params.id) }))
