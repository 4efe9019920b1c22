import { CroftError } from '#lib/core/error'
import { actorName, demand, type Context } from '../context'
import { createSchedule } from './create'
import { getSchedule } from './get'
import type { ScheduleView } from './view'

/** Copies a schedule under another name, disabled and without what was measured; secrets go along, whoever copies. @throws CroftError not_found, conflict; invalid when it is archived */
export async function cloneSchedule(
  ctx: Context,
  input: { from: string; name: string; comment?: string | null },
): Promise<ScheduleView> {
  demand(ctx, 'schedules.create')
  const source = await getSchedule({ ...ctx, actor: { kind: 'system', username: actorName(ctx.actor) } }, input.from)
  if (source.archivedAt !== null)
    throw new CroftError('invalid', `the schedule ${source.name} is archived: restore it first`)
  return createSchedule(ctx, {
    ...source,
    name: input.name,
    enabled: false,
    comment: input.comment ?? `copied from ${source.name}`,
  })
}
