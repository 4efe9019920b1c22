import { scheduleRuns } from '#lib/contract/schedule-work'
import { route } from '#lib/http/route'
import { scheduleRuns as runs } from '#lib/services/schedules/runs'

export const GET = route(scheduleRuns, async ({ ctx, params, query }) => ({
  items: await runs(ctx, params.name, query.limit),
}))
