import type { ReadContext } from '../context'
import { pageFrom, unpackKey, type Page } from '../page'

export type FeedEvent = {
  /** `<transaction>-<number>`: where to resume. */
  id: string
  at: Date
  kind: string
  actor: string
  taskId: string | null
  scheduleId: string | null
  workerId: string | null
  data: Record<string, unknown>
}
type Row = Omit<FeedEvent, 'id'> & { xid: bigint; number: bigint }

const toEvent = ({ xid, number, ...row }: Row): FeedEvent => ({ ...row, id: `${xid}-${number}` })
const parse = (cursor: string): [bigint, bigint] | null => {
  const match = /^(\d{1,18})-(\d{1,18})$/.exec(cursor)
  return match === null ? null : [BigInt(match[1] ?? 0), BigInt(match[2] ?? 0)]
}

/** Whether one place in the log comes behind another. */
export function isAfter(one: string, other: string): boolean {
  const [xid, number] = parse(one) ?? [0n, 0n]
  const [otherXid, otherNumber] = parse(other) ?? [0n, 0n]
  return xid === otherXid ? number > otherNumber : xid > otherXid
}

/** The newest place in the log up to which nothing can come in any more. */
export async function latestCursor(ctx: ReadContext): Promise<string> {
  const [row] = await ctx.db.$queryRaw<
    { xmin: bigint }[]
  >`SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin`
  return `${(row?.xmin ?? 1n) - 1n}-${'9'.repeat(18)}`
}

/**
 * Events after a cursor, in order. It stops at the oldest transaction that still runs, so that an event which commits
 * late is never passed over.
 */
export async function eventsAfter(ctx: ReadContext, cursor: string, limit = 500): Promise<FeedEvent[]> {
  const [xid, number] = parse(cursor) ?? [0n, 0n]
  const rows = await ctx.db.$queryRaw<Row[]>`
    SELECT xid, id AS number, at, kind, actor, task_id AS "taskId", schedule_id AS "scheduleId", worker_id AS "workerId", data
    FROM event
    WHERE (xid, id) > (${xid}, ${number}) AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    ORDER BY xid, id LIMIT ${limit}`
  return rows.map(toEvent)
}

/** One task's events, oldest first; pages by key. */
export async function taskEvents(
  ctx: ReadContext,
  input: { taskId: string; after?: string; limit: number },
): Promise<Page<FeedEvent>> {
  const after = input.after === undefined ? 0 : Number(unpackKey(input.after, 1)[0])
  const rows = await ctx.db.event.findMany({
    where: { taskId: input.taskId, id: { gt: BigInt(Math.trunc(after)) } },
    orderBy: { id: 'asc' },
    take: input.limit + 1,
  })
  return pageFrom(
    rows,
    input.limit,
    (row) => [Number(row.id)],
    ({ id, data, ...row }) => toEvent({ ...row, data: data as Record<string, unknown>, number: id }),
  )
}
