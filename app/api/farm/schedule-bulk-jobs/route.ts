import { createScheduleBulk } from '#lib/contract/schedule-bulk'
import { route } from '#lib/http/route'
import { createScheduleBulk as create } from '#lib/services/bulk/schedules'

export const POST = route(createScheduleBulk, ({ ctx, body }) => create(ctx, body))
