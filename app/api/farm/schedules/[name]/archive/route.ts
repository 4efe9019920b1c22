import { archiveSchedule } from '#lib/contract/schedule-history'
import { route } from '#lib/http/route'
import { archiveSchedule as archive } from '#lib/services/schedules/archive'

export const POST = route(archiveSchedule, ({ ctx, params, body }) => archive(ctx, { schedule: params.name, ...body }))
