import { deleteSchedule, getSchedule, updateSchedule } from '#lib/contract/schedule'
import { route } from '#lib/http/route'
import { getSchedule as get } from '#lib/services/schedules/get'
import { deleteSchedule as remove, updateSchedule as update } from '#lib/services/schedules/update'

export const GET = route(getSchedule, ({ ctx, params, query }) => get(ctx, params.name, query))
export const PATCH = route(updateSchedule, ({ ctx, params, body }) => update(ctx, params.name, body))
export const DELETE = route(deleteSchedule, ({ ctx, params }) => remove(ctx, params.name))
