import { FINAL } from '#lib/core/task'
import { count } from '#lib/db/claim'
import { Prisma } from '#lib/db/client'
import { transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { discard } from '../files/discard'
import type { Did, GoOn } from '../periodic/job'

/** How many schedules are looked at in one query, and how many tasks go in one transaction. */
const SCHEDULES = 1_000
const BATCH = 200

/** Deletes ended tasks with all that belongs to them but notices that are still to be sent; keeps the counts. Gives how many went. */
async function removeTasks(tx: TxContext, ids: string[]): Promise<number> {
  const locked = await tx.db.$queryRaw<{ id: string }[]>`
    SELECT id FROM task WHERE id = ANY(${ids}::uuid[]) AND status = ANY(${[...FINAL]}::task_status[])
      AND NOT EXISTS (SELECT 1 FROM schedule WHERE last_task_id = task.id)
    FOR UPDATE SKIP LOCKED`
  const taskIds = locked.map(({ id }) => id)
  if (taskIds.length === 0) return 0
  const files = await tx.db.file.findMany({
    where: { taskId: { in: taskIds } },
    select: { storageKey: true, uploads: { select: { storageKey: true } } },
  })
  const keys = files.flatMap((file) => [file.storageKey, ...file.uploads.map((upload) => upload.storageKey)])
  await discard(tx, [...new Set(keys.filter((key) => key !== null))])
  await tx.db.notice.deleteMany({ where: { taskId: { in: taskIds }, status: { not: 'pending' } } })
  const gone = await tx.db.$queryRaw<{ id: string; status: string }[]>`
    DELETE FROM task WHERE id = ANY(${taskIds}::uuid[]) RETURNING id, status::text AS status`
  await count(
    tx.db,
    gone.map(({ id, status }) => ({ taskId: id, status, by: -1 })),
  )
  await appendEvent(tx, { kind: 'farm.tasks_removed', data: { tasks: gone.length } })
  return gone.length
}

/**
 * Keeps the newest tasks of each schedule, its latest one and its newest success, and deletes the others
 * (zimfarm.md §14.4). What waits or runs stays.
 */
export async function keepHistory(ctx: Context, goOn: GoOn): Promise<Did> {
  const did = { removed: 0 }
  let after: string | null = null
  for (;;) {
    const page: { id: string }[] = await ctx.db.$queryRaw`
      SELECT id FROM schedule WHERE ${after}::uuid IS NULL OR id > ${after}::uuid ORDER BY id LIMIT ${SCHEDULES}`
    const schedules = page.map(({ id }) => id)
    for (;;) {
      if (!(await goOn())) return did
      const removed = await removeSome(ctx, await pastHistory(ctx, schedules))
      did.removed += removed
      if (removed === 0) break
    }
    if (page.length < SCHEDULES) return did
    after = schedules.at(-1) ?? null
  }
}

const pastHistory = (ctx: Context, schedules: string[]) =>
  ctx.db.$queryRaw<{ id: string }[]>`
    SELECT t.id FROM schedule s
    CROSS JOIN LATERAL (
      SELECT id, status FROM task WHERE schedule_id = s.id AND status <> 'requested'
      ORDER BY updated_at DESC OFFSET ${ctx.settings.historyPerSchedule}
    ) t
    WHERE s.id = ANY(${schedules}::uuid[]) AND t.status = ANY(${[...FINAL]}::task_status[])
      AND t.id IS DISTINCT FROM s.last_task_id
      AND t.id IS DISTINCT FROM (
        SELECT id FROM task WHERE schedule_id = s.id AND status = 'succeeded' ORDER BY updated_at DESC LIMIT 1
      )
    LIMIT ${BATCH}`

/** Deletes ended tasks without a schedule that are older than the farm keeps them; by default all stay. */
export async function removeOldTasks(ctx: Context, goOn: GoOn): Promise<Did> {
  const did = { removed: 0 }
  const { oldTaskDays } = ctx.settings
  while (oldTaskDays !== null && (await goOn())) {
    const before = new Date(ctx.now().getTime() - oldTaskDays * 86_400_000)
    const removed = await removeSome(
      ctx,
      await ctx.db.$queryRaw<{ id: string }[]>(Prisma.sql`
        SELECT id FROM task WHERE schedule_id IS NULL AND ended_at IS NOT NULL AND ended_at < ${before}
        ORDER BY ended_at LIMIT ${BATCH}`),
    )
    did.removed += removed
    if (removed === 0) break
  }
  return did
}

const removeSome = (ctx: Context, rows: { id: string }[]) =>
  rows.length === 0
    ? Promise.resolve(0)
    : transaction(ctx, (tx) =>
        removeTasks(
          tx,
          rows.map(({ id }) => id),
        ),
      )
