import type { Context } from '../context'
import { createSchedule } from './create'
import { getSchedule } from './get'
import type { ScheduleView } from './view'

/** Copies a schedule under another name, disabled and without what was measured. @throws CroftError not_found, conflict */
export async function cloneSchedule(ctx: Context, input: { from: string; name: string }): Promise<ScheduleView> {
  const source = await getSchedule(ctx, input.from)
  return createSchedule(ctx, { ...source, name: input.name, enabled: false })
}
