import { CroftError } from '#lib/core/error'
import { expectedEnd } from '#lib/core/matching'
import { dueAt } from '#lib/core/period'
import { canSort, type Direction, type Sort, type TaskQuery } from '#lib/core/pipeline'
import { isActive, type TaskStatus } from '#lib/core/task'
import type { TaskSummary } from '#lib/core/task-view'
import { look } from '#lib/db/pipeline'
import type { ReadContext } from '../context'
import { packKey, unpackKey } from '../page'
import { STANDING, standingOf } from '../schedules/standing'
import { SUMMARY, toSummary } from '../tasks/view'
import { whereOf } from './find'

/** What comes after a task has ended: whether its schedule has gone on already, and when it does so by itself. */
export type WhatNext = {
  schedule: 'enabled' | 'disabled' | 'archived' | 'gone'
  /** A task of the same schedule that waits or runs. */
  again: { id: string; status: TaskStatus } | null
  /** When the schedule's next task is requested by itself; null for never, and while one waits or runs. */
  nextAt: Date | null
}
export type PipelineRow = TaskSummary & {
  /** When a running task ends if it takes as long as it did before; null for what does not run. */
  expectedEndAt: Date | null
  notes: number
  next: WhatNext | null
}

/** One of the pipeline's lists; pages by key. `looking` says that the next page goes on where no fitting task was found so far. */
export async function listPipeline(
  ctx: ReadContext,
  input: TaskQuery & { sort: Sort; direction: Direction; after?: string; limit: number },
): Promise<{ items: PipelineRow[]; next: string | null; looking: boolean }> {
  const { sort, direction, after, limit, ...query } = input
  if (!canSort(query.tab, sort))
    throw new CroftError('invalid', `${query.tab} tasks cannot be sorted by ${sort}`, { sort: ['is not offered here'] })
  const where = await whereOf(ctx, query)
  if (where === null) return { items: [], next: null, looking: false }
  const key = after === undefined ? null : keyOf(after)
  const found = await look(ctx.db, where, { sort, direction }, key, limit).catch((error: unknown) => {
    if (key === null || !/invalid input syntax|out of range/.test(String(error))) throw error
    throw badKey()
  })
  const items = await rowsOf(
    ctx,
    found.rows.map(({ id }) => id),
  )
  return {
    items,
    next: found.next === null ? null : packKey([JSON.stringify(found.next)]),
    looking: found.next !== null && found.rows.length < limit,
  }
}

const badKey = () =>
  new CroftError('invalid', '`after` must be the `next` of the page before', { after: ['is not the `next` of a page'] })
function keyOf(after: string): string[] {
  const [packed] = unpackKey(after, 1)
  try {
    const key: unknown = JSON.parse(String(packed))
    if (Array.isArray(key) && key.every((part) => typeof part === 'string')) return key
  } catch {
    throw badKey()
  }
  throw badKey()
}

async function rowsOf(ctx: ReadContext, ids: string[]): Promise<PipelineRow[]> {
  if (ids.length === 0) return []
  const [rows, notes] = await Promise.all([
    ctx.db.task.findMany({ where: { id: { in: ids } }, ...SUMMARY }),
    ctx.db.taskNote.groupBy({ by: ['taskId'], where: { taskId: { in: ids } }, _count: true }),
  ])
  const ended = rows.filter((row) => row.endedAt !== null)
  const next = await whatNext(ctx, [...new Set(ended.flatMap((row) => row.scheduleId ?? []))])
  const noted = new Map(notes.map((one) => [one.taskId, one._count]))
  const now = ctx.now().getTime()
  const byId = new Map(
    rows.map((row): [string, PipelineRow] => {
      const since = row.startedAt ?? row.reservedAt
      const running = isActive(row.status) && since !== null
      return [
        row.id,
        {
          ...toSummary(row),
          expectedEndAt: running ? new Date(expectedEnd(since.getTime(), row.expectedSeconds, now)) : null,
          notes: noted.get(row.id) ?? 0,
          next: row.endedAt === null ? null : (row.scheduleId !== null && next.get(row.scheduleId)) || GONE,
        },
      ]
    }),
  )
  return ids.flatMap((id) => byId.get(id) ?? [])
}

const GONE: WhatNext = { schedule: 'gone', again: null, nextAt: null }

/** What comes next for each of these schedules. */
export async function whatNext(ctx: ReadContext, scheduleIds: string[]): Promise<Map<string, WhatNext>> {
  if (scheduleIds.length === 0) return new Map()
  const [schedules, open] = await Promise.all([
    ctx.db.schedule.findMany({ where: { id: { in: scheduleIds } }, include: STANDING }),
    ctx.db.task.findMany({
      where: { scheduleId: { in: scheduleIds }, status: { in: ['requested', 'reserved', 'started'] } },
      select: { id: true, status: true, scheduleId: true },
    }),
  ])
  const again = new Map(open.map(({ scheduleId, ...task }) => [scheduleId, task]))
  return new Map(
    schedules.map((row): [string, WhatNext] => [
      row.id,
      {
        schedule: row.archivedAt !== null ? 'archived' : row.enabled ? 'enabled' : 'disabled',
        again: again.get(row.id) ?? null,
        nextAt: dueAt(standingOf(row)),
      },
    ]),
  )
}
