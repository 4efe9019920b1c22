import { countSchedules } from '#lib/contract/schedule-work'
import { route } from '#lib/http/route'
import { countSchedules as count } from '#lib/services/schedules/list'

export const GET = route(countSchedules, async ({ ctx, query }) => ({ count: await count(ctx, query) }))
