import { periodOf } from '#lib/core/period'
import { PERIODICITIES, type Periodicity } from '#lib/core/schedule'
import type { TaskStatus } from '#lib/core/task'
import { Prisma } from '#lib/db/client'

export type ScheduleFilter = {
  /** Part of the name, whatever the case. */
  q?: string
  category?: string[]
  language?: string[]
  /** All of them. */
  tag?: string[]
  taskType?: string[]
  enabled?: boolean
  periodicity?: Periodicity[]
  /** How the last task that began stands; `never` for schedules of which none ever began. */
  lastStatus?: (TaskStatus | 'never')[]
  /** Whether it fits today's definition. */
  valid?: boolean
  /** The archived ones instead of those in use. */
  archived?: boolean
  definitionVersion?: string
  /** Whose last success is longer ago than their period (isOverdue in lib/core/period.ts). */
  overdue?: boolean
  /** These alone, by id. */
  ids?: string[]
}

const EVERYTHING = Prisma.sql`true`

/** `isOverdue` as a condition. */
function overdue(now: Date): Prisma.Sql {
  const periods = PERIODICITIES.flatMap((periodicity) => {
    const period = periodOf(periodicity)
    if (period === null) return []
    const before = new Date(now.getTime() - period)
    return [Prisma.sql`(s.periodicity = ${periodicity} AND coalesce(s.last_success_at, s.created_at) < ${before})`]
  })
  return Prisma.sql`(s.enabled AND s.archived_at IS NULL AND (${Prisma.join(periods, ' OR ')}))`
}

function byLastStatus(wanted: (TaskStatus | 'never')[]): Prisma.Sql {
  const statuses = wanted.filter((status) => status !== 'never')
  const began = Prisma.sql`EXISTS (
    SELECT 1 FROM task lt WHERE lt.id = s.last_task_id AND lt.status = ANY(${statuses}::task_status[]))`
  if (!wanted.includes('never')) return began
  return statuses.length === 0 ? Prisma.sql`s.last_task_id IS NULL` : Prisma.sql`(s.last_task_id IS NULL OR ${began})`
}

/** The filter as a condition on `schedule s`. */
export function scheduleCondition(filter: ScheduleFilter, now: Date): Prisma.Sql {
  const text =
    filter.q
      ?.trim()
      .toLowerCase()
      .replace(/[\\%_]/g, '\\$&') ?? ''
  const conditions = [
    filter.archived === true ? Prisma.sql`s.archived_at IS NOT NULL` : Prisma.sql`s.archived_at IS NULL`,
    text === ''
      ? EVERYTHING
      : Prisma.sql`s.id IN (SELECT schedule_id FROM schedule_name WHERE text LIKE ${`%${text}%`})`,
    filter.category === undefined ? EVERYTHING : Prisma.sql`s.category = ANY(${filter.category})`,
    filter.language === undefined ? EVERYTHING : Prisma.sql`s.language_code = ANY(${filter.language})`,
    filter.tag === undefined ? EVERYTHING : Prisma.sql`s.tags @> ${filter.tag}`,
    filter.taskType === undefined ? EVERYTHING : Prisma.sql`s.task_type_id = ANY(${filter.taskType})`,
    filter.enabled === undefined ? EVERYTHING : Prisma.sql`s.enabled = ${filter.enabled}`,
    filter.periodicity === undefined ? EVERYTHING : Prisma.sql`s.periodicity = ANY(${filter.periodicity})`,
    filter.definitionVersion === undefined
      ? EVERYTHING
      : Prisma.sql`s.definition_version = ${filter.definitionVersion}`,
    filter.valid === undefined
      ? EVERYTHING
      : filter.valid
        ? Prisma.sql`s.invalid IS NULL`
        : Prisma.sql`s.invalid IS NOT NULL`,
    filter.lastStatus === undefined ? EVERYTHING : byLastStatus(filter.lastStatus),
    filter.overdue === undefined ? EVERYTHING : filter.overdue ? overdue(now) : Prisma.sql`NOT ${overdue(now)}`,
    filter.ids === undefined ? EVERYTHING : Prisma.sql`s.id = ANY(${filter.ids}::uuid[])`,
  ].filter((condition) => condition !== EVERYTHING)
  return Prisma.join(conditions, ' AND ')
}
