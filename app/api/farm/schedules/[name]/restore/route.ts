import { restoreSchedule } from '#lib/contract/schedule-history'
import { route } from '#lib/http/route'
import { restoreSchedule as restore } from '#lib/services/schedules/archive'

export const POST = route(restoreSchedule, ({ ctx, params, body }) => restore(ctx, { schedule: params.name, ...body }))
