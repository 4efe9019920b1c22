import type { Context } from '../context'
import { searchSchedules } from './search'
import { scheduleIdOf } from './get'
import type { ScheduleView } from './view'

/** Other schedules that share a value of what their task types compare (zimfarm.md §18.1). @throws CroftError not_found */
export async function similarSchedules(
  ctx: Context,
  nameOrId: string,
  page: { skip: number; limit: number },
): Promise<{ items: ScheduleView[]; count: number }> {
  return searchSchedules(ctx, { similarTo: await scheduleIdOf(ctx, nameOrId) }, page)
}
