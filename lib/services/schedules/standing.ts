import type { Standing } from '#lib/core/period'
import type { PeriodFrom, Periodicity } from '#lib/core/schedule'
import type { Prisma } from '#lib/db/client'

/** What of a schedule's relations says when it is due. */
export const STANDING = {
  lastTask: { select: { status: true, startedAt: true, endedAt: true } },
  // The rows themselves: Prisma would count over all that wait on the farm.
  tasks: { where: { status: 'requested' }, select: { id: true } },
} as const satisfies Prisma.ScheduleInclude
type Row = Prisma.ScheduleGetPayload<{ include: typeof STANDING }>

/** What `dueAt` goes by, of a schedule's row. */
export const standingOf = (row: Row): Standing => ({
  ...row,
  periodicity: row.periodicity as Periodicity,
  periodFrom: row.periodFrom as PeriodFrom,
  queued: row.tasks.length,
})
