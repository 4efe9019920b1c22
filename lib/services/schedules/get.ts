import { UUID } from '#lib/core/id'
import { CroftError } from '#lib/core/error'
import type { ReadContext } from '../context'
import { SCHEDULE, toSchedule, type ScheduleView } from './view'

/** The id of a schedule by its name, or by the id itself. @throws CroftError not_found */
export async function scheduleIdOf(ctx: ReadContext, nameOrId: string): Promise<string> {
  const byName = await ctx.db.schedule.findUnique({ where: { name: nameOrId }, select: { id: true } })
  const row =
    byName ??
    (UUID.test(nameOrId) ? await ctx.db.schedule.findUnique({ where: { id: nameOrId }, select: { id: true } }) : null)
  if (row === null) throw new CroftError('not_found', `there is no schedule ${nameOrId}`)
  return row.id
}

/** One schedule. `secrets: false` masks them even for those who may see them. @throws CroftError not_found */
export async function getSchedule(
  ctx: ReadContext,
  nameOrId: string,
  options: { secrets?: boolean } = {},
): Promise<ScheduleView> {
  const id = await scheduleIdOf(ctx, nameOrId)
  const row = await ctx.db.schedule.findUnique({ where: { id }, ...SCHEDULE })
  if (row === null) throw new CroftError('not_found', `there is no schedule ${nameOrId}`)
  return toSchedule(ctx, await ctx.taskTypes.current(), row, options)
}
