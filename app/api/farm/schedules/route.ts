import { createSchedule, listSchedules } from '#lib/contract/schedule'
import { route } from '#lib/http/route'
import { createSchedule as create } from '#lib/services/schedules/create'
import { listSchedules as list } from '#lib/services/schedules/list'

export const GET = route(listSchedules, ({ ctx, query }) => list(ctx, query))
export const POST = route(createSchedule, ({ ctx, body }) => create(ctx, body))
