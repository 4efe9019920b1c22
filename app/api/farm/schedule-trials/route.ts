import { trySchedule } from '#lib/contract/schedule-work'
import { route } from '#lib/http/route'
import { trySchedule as tried } from '#lib/services/schedules/try'

export const POST = route(trySchedule, ({ ctx, body }) => tried(ctx, body))
