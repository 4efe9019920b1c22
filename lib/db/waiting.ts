import { UUID } from '#lib/core/id'
import { Prisma, type Db, type Tx } from './client'

// Prisma casts a status from text at run time, so that no index on waiting tasks alone can be used: here it is spelled out.

export type WaitingFilter = {
  /** Names, or ids. */
  schedules?: readonly string[]
  minPriority?: number
  /** Pinned to this worker; `null` for none. With `orFree` also what is pinned to nobody. */
  pinnedTo?: { workerId: string | null; orFree: boolean }
  cpu?: number
  memory?: number
  disk?: number
  taskTypes?: readonly string[]
}

function conditions(filter: WaitingFilter): Prisma.Sql {
  const { pinnedTo, schedules, minPriority, cpu, memory, disk, taskTypes } = filter
  const parts = [Prisma.sql`t.status = 'requested'`]
  if (schedules !== undefined)
    parts.push(Prisma.sql`t.schedule_id IN (
      SELECT id FROM schedule WHERE name = ANY(${[...schedules]}) OR id = ANY(${schedules.filter((text) => UUID.test(text))}::uuid[]))`)
  if (minPriority !== undefined) parts.push(Prisma.sql`t.priority >= ${minPriority}`)
  if (pinnedTo !== undefined) {
    const free = Prisma.sql`${pinnedTo.orFree}::boolean AND t.pinned_worker_id IS NULL`
    parts.push(Prisma.sql`(${free} OR t.pinned_worker_id = ${pinnedTo.workerId}::uuid)`)
  }
  if (cpu !== undefined) parts.push(Prisma.sql`t.cpu <= ${cpu}`)
  if (memory !== undefined) parts.push(Prisma.sql`t.memory <= ${memory}`)
  if (disk !== undefined) parts.push(Prisma.sql`t.disk <= ${disk}`)
  if (taskTypes !== undefined) parts.push(Prisma.sql`t.task_type_id = ANY(${[...taskTypes]})`)
  return Prisma.join(parts, ' AND ')
}

const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id)

/** Waiting tasks by priority, then by when they were requested; a page by offset. */
export async function waitingIds(
  db: Db | Tx,
  filter: WaitingFilter,
  page: { skip: number; limit: number; newestFirst: boolean },
): Promise<string[]> {
  const direction = page.newestFirst ? Prisma.sql`DESC` : Prisma.sql`ASC`
  return idsOf(
    await db.$queryRaw`SELECT t.id FROM task t WHERE ${conditions(filter)}
      ORDER BY t.priority DESC, t.requested_at ${direction}, t.id OFFSET ${page.skip} LIMIT ${page.limit}`,
  )
}

export async function countWaiting(db: Db | Tx, filter: WaitingFilter): Promise<number> {
  const [row] = await db.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM task t WHERE ${conditions(filter)}`
  return row?.n ?? 0
}

/** Waiting tasks in the order of the queue, from after the one with this priority, time and id. */
export async function queueIds(
  db: Db | Tx,
  after: { priority: number; at: Date; id: string } | null,
  filter: WaitingFilter,
  limit: number,
): Promise<string[]> {
  const from =
    after === null
      ? Prisma.empty
      : Prisma.sql`AND t.priority <= ${after.priority} AND (t.priority < ${after.priority} OR (t.updated_at, t.id) > (${after.at}, ${after.id}::uuid))`
  return idsOf(
    await db.$queryRaw`SELECT t.id FROM task t WHERE ${conditions(filter)} ${from}
      ORDER BY t.priority DESC, t.updated_at, t.id LIMIT ${limit}`,
  )
}

/** Waiting tasks of these types, those that were requested first. */
export async function oldestOfTypes(db: Db | Tx, taskTypes: readonly string[], limit: number): Promise<string[]> {
  return idsOf(
    await db.$queryRaw`SELECT t.id FROM task t
      WHERE t.status = 'requested' AND t.task_type_id = ANY(${[...taskTypes]})
      ORDER BY t.requested_at LIMIT ${limit}`,
  )
}
