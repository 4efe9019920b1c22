import { UUID } from '#lib/core/id'
import type { ReadContext } from '../context'
import { LAST_TASK, type LastTask } from './view'

export type NamedSchedule = {
  id: string
  name: string
  enabled: boolean
  archivedAt: Date | null
  lastTask: LastTask | null
}

/** Schedules by what they were asked for, names or ids; what is not there is left out. */
export async function namedSchedules(
  ctx: ReadContext,
  namesOrIds: readonly string[],
): Promise<Map<string, NamedSchedule>> {
  const wanted = [...new Set(namesOrIds)]
  if (wanted.length === 0) return new Map()
  const rows = await ctx.db.schedule.findMany({
    where: { OR: [{ name: { in: wanted } }, { id: { in: wanted.filter((one) => UUID.test(one)) } }] },
    select: { id: true, name: true, enabled: true, archivedAt: true, lastTask: LAST_TASK },
  })
  const all = rows.map((row) => ({ ...row, lastTask: row.lastTask as LastTask | null }))
  const byName = new Map(all.map((row) => [row.name, row]))
  const byId = new Map(all.map((row) => [row.id, row]))
  return new Map(
    wanted.flatMap((one): [string, NamedSchedule][] => {
      const row = byName.get(one) ?? byId.get(one.toLowerCase())
      return row === undefined ? [] : [[one, row]]
    }),
  )
}
