import type { FieldErrors } from '#lib/core/error'
import { demand, type Context } from '../context'
import { complaintsOf } from './check'
import { scheduleIdOf } from './get'
import type { ScheduleConfig } from '#lib/core/schedule'

/** Complaints of today's definition about a schedule as it is stored, by field; empty when it fits. @throws CroftError not_found */
export async function validateSchedule(ctx: Context, nameOrId: string): Promise<FieldErrors> {
  demand(ctx, 'schedules.update')
  const id = await scheduleIdOf(ctx, nameOrId)
  const { taskTypeId, definitionVersion, config } = await ctx.db.schedule.findUniqueOrThrow({ where: { id } })
  const definition = (await ctx.taskTypes.current()).definition(taskTypeId, definitionVersion)
  return complaintsOf(ctx.settings, definition, config as ScheduleConfig)
}
