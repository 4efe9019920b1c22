import { listScheduleHistory } from '#lib/contract/schedule-history'
import { route } from '#lib/http/route'
import { listHistory } from '#lib/services/schedules/history'

export const GET = route(listScheduleHistory, ({ ctx, params, query }) => listHistory(ctx, params.name, query))
