import { similarSchedules } from '#lib/contract/schedule-history'
import { route } from '#lib/http/route'
import { similarSchedules as similar } from '#lib/services/schedules/similar'

export const GET = route(similarSchedules, ({ ctx, params, query }) => similar(ctx, params.name, query))
