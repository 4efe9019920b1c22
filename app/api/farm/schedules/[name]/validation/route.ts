import { validateSchedule } from '#lib/contract/schedule-history'
import { route } from '#lib/http/route'
import { validateSchedule as validate } from '#lib/services/schedules/validate'

export const POST = route(validateSchedule, async ({ ctx, params }) => {
  const fields = await validate(ctx, params.name)
  return { valid: Object.keys(fields).length === 0, fields }
})
