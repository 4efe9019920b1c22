import type { FieldErrors } from '#lib/core/error'
import { similarityOf } from '#lib/core/similarity'
import type { ScheduleConfig } from '#lib/core/schedule'
import type { TaskTypeDefinition } from '#lib/core/task-type'
import { transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import type { Did, GoOn } from '../periodic/job'
import { complaintsOf } from '../schedules/check'

/** Longer than any process goes on with the definition that it knew: what it checks by the old one is then found here. */
const SETTLE_MS = 2_000
/** When the schedules of a definition that changes now are to be checked again. */
export const recheckAt = (now: Date) => new Date(now.getTime() + SETTLE_MS)

export type Rechecked = { taskType: string; version: string; checked: number; done: boolean }

/**
 * Checks the next schedules of a changed definition and keeps their complaints and what they are alike by; null when there
 * is none to check. Safe to call from several processes at once: each takes another definition.
 */
export function recheckSchedules(ctx: Context, limit = 1_000): Promise<Rechecked | null> {
  return transaction(ctx, async (tx) => {
    const [due] = await tx.db.$queryRaw<{ taskType: string; version: string; after: string | null }[]>`
      SELECT task_type_id AS "taskType", version, recheck_after AS after FROM task_type_version
      WHERE recheck_at <= ${tx.now()} ORDER BY recheck_at LIMIT 1 FOR UPDATE SKIP LOCKED`
    if (due === undefined) return null
    const { taskType, version } = due
    const key = { taskTypeId_version: { taskTypeId: taskType, version } }
    const { definition } = await tx.db.taskTypeVersion.findUniqueOrThrow({ where: key, select: { definition: true } })
    const checked = await recheckSome(tx, due, definition as unknown as TaskTypeDefinition, limit)
    const done = checked.count < limit
    await tx.db.taskTypeVersion.update({
      where: key,
      data: done ? { recheckAt: null, recheckAfter: null } : { recheckAfter: checked.last },
      select: { version: true },
    })
    if (done || checked.changed > 0)
      await appendEvent(tx, {
        kind: 'schedule.rechecked',
        data: { taskType, version, changed: checked.changed, done },
      })
    return { taskType, version, checked: checked.count, done }
  })
}

/** The dispatcher's job: all that is due. */
export async function recheckAll(ctx: Context, goOn: GoOn): Promise<Did> {
  const did = { checked: 0, definitions: 0 }
  while (await goOn()) {
    const batch = await recheckSchedules(ctx)
    if (batch === null) break
    did.checked += batch.checked
    if (batch.done) did.definitions += 1
  }
  return did
}

type Row = { id: string; version: number; config: ScheduleConfig; invalid: FieldErrors | null; similarity: string[] }

/** Reads by key, writes what changed in one statement; a schedule that somebody saves meanwhile is theirs to check. */
async function recheckSome(
  tx: TxContext,
  due: { taskType: string; version: string; after: string | null },
  definition: TaskTypeDefinition,
  limit: number,
): Promise<{ count: number; last: string | null; changed: number }> {
  const rows = await tx.db.$queryRaw<Row[]>`
    SELECT id, version, config, invalid, similarity FROM schedule
    WHERE task_type_id = ${due.taskType} AND definition_version = ${due.version}
      AND id > ${due.after ?? '00000000-0000-0000-0000-000000000000'}::uuid
    ORDER BY id LIMIT ${limit}`
  const changes = rows.flatMap((row) => {
    const complaints = complaintsOf(tx.settings, definition, row.config)
    const invalid = Object.keys(complaints).length === 0 ? null : complaints
    const similarity = similarityOf(definition, row.config.params)
    const same = sameComplaints(invalid, row.invalid) && JSON.stringify(similarity) === JSON.stringify(row.similarity)
    return same ? [] : [{ id: row.id, version: row.version, invalid, similarity }]
  })
  if (changes.length > 0) {
    await tx.db.$executeRaw`
      UPDATE schedule s SET invalid = nullif(c.invalid, 'null'::jsonb), similarity = c.similarity
      FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS c(id uuid, version int, invalid jsonb, similarity text[])
      WHERE s.id = c.id AND s.version = c.version`
  }
  return { count: rows.length, last: rows.at(-1)?.id ?? null, changed: changes.length }
}

/** jsonb has an order of its own for keys. */
const sameComplaints = (a: FieldErrors | null, b: FieldErrors | null) => sorted(a) === sorted(b)
const sorted = (errors: FieldErrors | null) => JSON.stringify(errors === null ? null : Object.entries(errors).sort())
