import { getScheduleRevision } from '#lib/contract/schedule-history'
import { route } from '#lib/http/route'
import { getRevision } from '#lib/services/schedules/history'

export const GET = route(getScheduleRevision, ({ ctx, params: { name, id }, query }) =>
  getRevision(ctx, { schedule: name, id, ...query }),
)
