import type { ScheduleSnapshot } from '#lib/core/schedule'
import { demand, type Context } from '../context'
import { scheduleIdOf } from './get'
import { revisionRow } from './history'
import { updateSchedule } from './update'
import type { ScheduleView } from './view'

/**
 * Makes a schedule what it was in a revision, but for whether it is archived; that is a new entry of its history.
 * @throws CroftError not_found; invalid when what it was fits today's definition no more, or it is archived; conflict
 */
export async function revertSchedule(
  ctx: Context,
  input: { schedule: string; revision: string; version?: number; comment?: string | null },
): Promise<ScheduleView> {
  demand(ctx, 'schedules.update')
  const id = await scheduleIdOf(ctx, input.schedule)
  const row = await revisionRow(ctx, id, input.revision)
  const snapshot: Omit<ScheduleSnapshot, 'archived'> & { archived?: boolean } = {
    ...(row.snapshot as ScheduleSnapshot),
  }
  delete snapshot.archived
  return updateSchedule(ctx, id, {
    ...snapshot,
    tickets: snapshot.tickets ?? [],
    version: input.version,
    comment: input.comment ?? `back to version ${row.version}`,
  })
}
