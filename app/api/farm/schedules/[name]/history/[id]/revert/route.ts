import { revertSchedule } from '#lib/contract/schedule-history'
import { route } from '#lib/http/route'
import { revertSchedule as revert } from '#lib/services/schedules/revert'

export const POST = route(revertSchedule, ({ ctx, params: { name, id }, body }) =>
  revert(ctx, { schedule: name, revision: id, ...body }),
)
