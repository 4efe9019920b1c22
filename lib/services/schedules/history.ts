import { may } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { compareSnapshots, type SnapshotChange } from '#lib/core/history'
import type {
  Notification,
  NotificationFormat,
  PeriodFrom,
  Periodicity,
  ScheduleConfig,
  ScheduleSnapshot,
} from '#lib/core/schedule'
import { maskParams } from '#lib/core/secrets'
import { json, type Prisma } from '#lib/db/client'
import { actorName, type ReadContext, type TxContext } from '../context'
import { pageFrom, unpackKey, type Page } from '../page'
import type { Catalogue } from '../task-types/catalogue'
import { resourcesOf } from '../tasks/view'
import { scheduleIdOf } from './get'

type Row = Prisma.ScheduleGetPayload<object>

export const snapshotOf = (row: Row): ScheduleSnapshot => ({
  name: row.name,
  taskType: row.taskTypeId,
  definitionVersion: row.definitionVersion,
  category: row.category,
  language: { code: row.languageCode, nameEn: row.languageNameEn, nameNative: row.languageNative },
  tags: row.tags,
  periodicity: row.periodicity as Periodicity,
  enabled: row.enabled,
  archived: row.archivedAt !== null,
  resources: resourcesOf(row),
  platform: row.platform,
  context: row.context,
  periodFrom: row.periodFrom as PeriodFrom,
  config: row.config as ScheduleConfig,
  notification: row.notification as Notification | null,
  notificationFormat: row.notificationFormat as NotificationFormat,
  notes: row.notes,
  ...(row.tickets.length > 0 && { tickets: row.tickets }),
})

/** Appends a schedule, as it is after a change, to its history: in the transaction of the change. */
export async function recordRevision(tx: TxContext, row: Row, comment: string | null = null): Promise<void> {
  await tx.db.scheduleRevision.create({
    data: {
      scheduleId: row.id,
      version: row.version,
      author: actorName(tx.actor),
      at: tx.now(),
      comment,
      snapshot: json(snapshotOf(row)) as object,
    },
    select: { id: true },
  })
}

/** Before the first change of a schedule that is older than the keeping of histories: what it was until then. */
export async function recordBaseline(tx: TxContext, row: Row): Promise<void> {
  const known = await tx.db.scheduleRevision.findFirst({ where: { scheduleId: row.id }, select: { id: true } })
  if (known !== null) return
  await tx.db.scheduleRevision.create({
    data: {
      scheduleId: row.id,
      version: row.version,
      author: 'croft',
      at: row.updatedAt,
      comment: 'as it was before its history began',
      snapshot: json(snapshotOf(row)) as object,
    },
    select: { id: true },
  })
}

export type RevisionSummary = { id: string; version: number; author: string; at: Date; comment: string | null }
export type Revision = RevisionSummary & {
  snapshot: ScheduleSnapshot
  /** From the revision that it is compared with to this one; null where there is none. */
  changes: SnapshotChange[] | null
}
type RevisionRow = Prisma.ScheduleRevisionGetPayload<object>

const summary = ({ id, version, author, at, comment }: RevisionRow): RevisionSummary => ({
  id,
  version,
  author,
  at,
  comment,
})
const snapshotIn = (row: RevisionRow) => row.snapshot as ScheduleSnapshot

/** A snapshot as this caller may see it: secrets, and who is told, only for those with `schedules.secrets`. */
function shown(ctx: ReadContext, types: Catalogue, snapshot: ScheduleSnapshot, secrets = true): ScheduleSnapshot {
  const trusted = may(ctx.actor, 'schedules.secrets')
  if (trusted && secrets) return snapshot
  const definition = types.definition(snapshot.taskType, snapshot.definitionVersion)
  const params = maskParams(definition, snapshot.config.params)
  return { ...snapshot, notification: trusted ? snapshot.notification : null, config: { ...snapshot.config, params } }
}

function toRevision(
  ctx: ReadContext,
  types: Catalogue,
  row: RevisionRow,
  other: RevisionRow | null,
  secrets?: boolean,
): Revision {
  const snapshot = shown(ctx, types, snapshotIn(row), secrets)
  if (other === null) return { ...summary(row), snapshot, changes: null }
  const before = shown(ctx, types, snapshotIn(other), secrets)
  const visible = new Map(compareSnapshots(before, snapshot).map((change) => [change.path, change]))
  const changes = compareSnapshots(snapshotIn(other), snapshotIn(row)).flatMap(
    ({ path }) =>
      visible.get(path) ?? (path.startsWith('config.params.') ? [{ path, before: MASKED, after: MASKED }] : []),
  )
  return { ...summary(row), snapshot, changes }
}
const MASKED = '--------'

/** What a schedule was, newest first; pages by key. @throws CroftError not_found */
export async function listHistory(
  ctx: ReadContext,
  nameOrId: string,
  page: { after?: string; limit: number },
): Promise<Page<RevisionSummary>> {
  const scheduleId = await scheduleIdOf(ctx, nameOrId)
  const after = page.after === undefined ? undefined : Number(unpackKey(page.after, 1)[0])
  const rows = await ctx.db.scheduleRevision.findMany({
    where: { scheduleId, ...(after !== undefined && { version: { lt: after } }) },
    orderBy: { version: 'desc' },
    take: page.limit + 1,
  })
  return pageFrom(rows, page.limit, (row) => [row.version], summary)
}

/** The same by offset, whole, with the whole number: for doors that page so. @throws CroftError not_found */
export async function searchHistory(
  ctx: ReadContext,
  nameOrId: string,
  page: { skip: number; limit: number },
): Promise<{ items: Revision[]; count: number }> {
  const scheduleId = await scheduleIdOf(ctx, nameOrId)
  const types = await ctx.taskTypes.current()
  const count = await ctx.db.scheduleRevision.count({ where: { scheduleId } })
  const rows = await ctx.db.scheduleRevision.findMany({
    where: { scheduleId },
    orderBy: { version: 'desc' },
    skip: page.skip,
    take: page.limit,
  })
  return { items: rows.map((row) => toRevision(ctx, types, row, null)), count }
}

/**
 * One revision, compared with the one before it or with another one.
 * @throws CroftError not_found when the schedule has no such revision
 */
export async function getRevision(
  ctx: ReadContext,
  input: { schedule: string; id: string; against?: string; secrets?: boolean },
): Promise<Revision> {
  const scheduleId = await scheduleIdOf(ctx, input.schedule)
  const row = await revisionRow(ctx, scheduleId, input.id)
  const other =
    input.against === undefined
      ? await ctx.db.scheduleRevision.findFirst({
          where: { scheduleId, version: { lt: row.version } },
          orderBy: { version: 'desc' },
        })
      : await revisionRow(ctx, scheduleId, input.against)
  return toRevision(ctx, await ctx.taskTypes.current(), row, other, input.secrets)
}

/** @throws CroftError not_found */
export async function revisionRow(ctx: ReadContext, scheduleId: string, id: string): Promise<RevisionRow> {
  const row = await ctx.db.scheduleRevision.findFirst({ where: { id, scheduleId } })
  if (row === null) throw new CroftError('not_found', `the schedule has no revision ${id}`)
  return row
}
