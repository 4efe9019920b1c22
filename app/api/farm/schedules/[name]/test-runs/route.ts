import { requestTestRun } from '#lib/contract/schedule-work'
import { route } from '#lib/http/route'
import { requestTestRun as request } from '#lib/services/schedules/test-run'

export const POST = route(requestTestRun, ({ ctx, params, body }) => request(ctx, { schedule: params.name, ...body }))
