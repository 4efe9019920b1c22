import { CroftError } from '#lib/core/error'
import { demand, transaction, type Context } from '../context'
import { addTask, ofSchedule } from '../tasks/request'
import { expectedSeconds } from './durations'
import { scheduleIdOf } from './get'

/**
 * Requests a task that tries a schedule as it is saved, also a disabled one. Nobody is told of it and of its files, which
 * go to a folder apart; it is none of the schedule's tasks, so its standing stays what it was.
 * @throws CroftError not_found; invalid when it is archived or does not fit its definition, or for an unknown worker
 */
export async function requestTestRun(
  ctx: Context,
  input: { schedule: string; priority?: number; worker?: string | null },
): Promise<{ id: string }> {
  demand(ctx, 'requests.create')
  return transaction(ctx, async (tx) => {
    const scheduleId = await scheduleIdOf(tx, input.schedule)
    const row = await tx.db.schedule.findUniqueOrThrow({ where: { id: scheduleId } })
    if (row.archivedAt !== null)
      throw new CroftError('invalid', `the schedule ${row.name} is archived: restore it first`)
    if (row.invalid !== null)
      throw new CroftError('invalid', `the schedule ${row.name} does not fit its definition: mend it first`)
    const wanted = input.worker ?? null
    const worker =
      wanted === null
        ? null
        : await tx.db.worker.findFirst({ where: { name: wanted, deletedAt: null }, select: { id: true } })
    if (wanted !== null && worker === null)
      throw new CroftError('invalid', `there is no worker ${wanted}`, { worker: ['is not known'] })
    const seconds = await expectedSeconds(tx, [scheduleId])
    const id = await addTask(tx, {
      ...ofSchedule(row),
      scheduleId: null,
      notification: null,
      test: true,
      priority: input.priority ?? 0,
      pinnedWorkerId: worker?.id ?? null,
      expectedSeconds: seconds(scheduleId),
    })
    return { id }
  })
}
