import { CroftError } from '#lib/core/error'
import { demand, transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { scheduleIdOf } from './get'
import { recordBaseline, recordRevision } from './history'
import { SCHEDULE, toSchedule, type ScheduleView } from './view'

type Input = { schedule: string; comment?: string | null }

/** Takes a schedule out of use and keeps it. @throws CroftError not_found; conflict when it is archived already */
export const archiveSchedule = (ctx: Context, input: Input): Promise<ScheduleView> => setArchived(ctx, input, true)

/** Takes an archived schedule back into use. @throws CroftError not_found; conflict when it is not archived */
export const restoreSchedule = (ctx: Context, input: Input): Promise<ScheduleView> => setArchived(ctx, input, false)

function setArchived(ctx: Context, input: Input, archived: boolean): Promise<ScheduleView> {
  return transaction(ctx, (tx) => setArchivedIn(tx, input, archived))
}

/** Archives or restores within a transaction. @throws CroftError not_found, conflict */
export async function setArchivedIn(tx: TxContext, input: Input, archived: boolean): Promise<ScheduleView> {
  demand(tx, 'schedules.archive')
  const id = await scheduleIdOf(tx, input.schedule)
  await tx.db.$executeRaw`SELECT 1 FROM schedule WHERE id = ${id}::uuid FOR UPDATE`
  const before = await tx.db.schedule.findUniqueOrThrow({ where: { id } })
  if ((before.archivedAt !== null) === archived) {
    throw new CroftError('conflict', `the schedule ${before.name} is ${archived ? 'archived already' : 'not archived'}`)
  }
  await recordBaseline(tx, before)
  const row = await tx.db.schedule.update({
    where: { id },
    data: { archivedAt: archived ? tx.now() : null, version: { increment: 1 }, updatedAt: tx.now() },
    ...SCHEDULE,
  })
  await recordRevision(tx, row, input.comment)
  const kind = archived ? 'schedule.archived' : 'schedule.restored'
  await appendEvent(tx, { kind, scheduleId: id, data: { name: row.name, version: row.version } })
  return toSchedule(tx, await tx.taskTypes.current(), row)
}

/** Takes several archived schedules back into use: all, or none where one is unknown or not archived. */
export async function restoreSchedules(
  ctx: Context,
  input: { schedules: readonly string[]; comment?: string | null },
): Promise<void> {
  await transaction(ctx, async (tx) => {
    for (const schedule of [...new Set(input.schedules)].sort())
      await setArchivedIn(tx, { schedule, comment: input.comment }, false)
  })
}
