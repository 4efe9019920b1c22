import type { FieldErrors } from '#lib/core/error'
import type { ScheduleConfig } from '#lib/core/schedule'
import { similarityOf } from '#lib/core/similarity'
import { json } from '#lib/db/client'
import { actorName, demand, transaction, type Context } from '../context'
import { packKey, unpackKey } from '../page'
import { complaintsOf, definitionOf } from './check'
import { snapshotOf } from './history'

export type Adoption = {
  moved: number
  /** Those that do not fit the new version and stay with the old one. */
  refused: { schedule: string; fields: FieldErrors }[]
  /** Give it back as `after` to go on; null at the end. */
  next: string | null
}

/**
 * Moves schedules of a task type from one version of its definition to another one, as far as they fit it; a page at a time.
 * @throws CroftError forbidden; invalid for an unknown type; not_found for an unknown version
 */
export async function adoptVersion(
  ctx: Context,
  input: { taskType: string; from: string; to: string; after?: string; limit: number; comment?: string | null },
): Promise<Adoption> {
  demand(ctx, 'schedules.update')
  const { definition } = await definitionOf(ctx, input.taskType, input.to)
  const after = input.after === undefined ? undefined : String(unpackKey(input.after, 1)[0])
  return transaction(ctx, async (tx) => {
    const where = { taskTypeId: input.taskType, definitionVersion: input.from, archivedAt: null }
    const ids = await tx.db.$queryRaw<{ id: string }[]>`
      SELECT id FROM schedule
      WHERE task_type_id = ${where.taskTypeId} AND definition_version = ${where.definitionVersion} AND archived_at IS NULL
        AND id > ${after ?? '00000000-0000-0000-0000-000000000000'}::uuid
      ORDER BY id LIMIT ${input.limit} FOR UPDATE`
    const rows = await tx.db.schedule.findMany({
      where: { id: { in: ids.map(({ id }) => id) } },
      orderBy: { id: 'asc' },
    })
    const refused: Adoption['refused'] = []
    const fitting = rows.filter((row) => {
      const fields = complaintsOf(tx.settings, definition, row.config as ScheduleConfig)
      if (Object.keys(fields).length === 0) return true
      refused.push({ schedule: row.name, fields })
      return false
    })
    const now = tx.now()
    const changes = fitting.map((row) => ({
      id: row.id,
      similarity: similarityOf(definition, (row.config as ScheduleConfig).params),
    }))
    await tx.db.$executeRaw`
      UPDATE schedule s SET definition_version = ${input.to}, invalid = NULL, similarity = c.similarity,
        version = s.version + 1, updated_at = ${now}
      FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS c(id uuid, similarity text[]) WHERE s.id = c.id`
    const author = actorName(tx.actor)
    await tx.db.scheduleRevision.createMany({
      data: fitting.map((row) => ({
        scheduleId: row.id,
        version: row.version + 1,
        author,
        at: now,
        comment: input.comment ?? `to version ${input.to} of ${input.taskType}`,
        snapshot: json({ ...snapshotOf(row), definitionVersion: input.to }) as object,
      })),
    })
    await tx.db.event.createMany({
      data: fitting.map((row) => ({
        at: now,
        kind: 'schedule.updated',
        actor: author,
        scheduleId: row.id,
        data: { fields: ['definitionVersion'], version: row.version + 1 },
      })),
    })
    const last = ids.at(-1)
    const next = ids.length < input.limit || last === undefined ? null : packKey([last.id])
    return { moved: fitting.length, refused, next }
  })
}
