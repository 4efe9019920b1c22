import { CroftError } from '#lib/core/error'
import type { Notification, ScheduleConfig } from '#lib/core/schedule'
import { keepSecrets } from '#lib/core/secrets'
import { similarityOf } from '#lib/core/similarity'
import { isUniqueViolation, json, Prisma } from '#lib/db/client'
import { demand, transaction, type Context, type TxContext } from '../context'
import { appendEvent } from '../events/append'
import { checkConfig, checkNotification } from './check'
import { nameTaken, type NewSchedule } from './create'
import { scheduleIdOf } from './get'
import { recordBaseline, recordRevision } from './history'
import { SCHEDULE, toSchedule, type ScheduleView } from './view'

export type ScheduleChange = Partial<NewSchedule> & { version?: number }

/**
 * Changes what is given and leaves the rest.
 * @throws CroftError not_found; invalid, also when it is archived; conflict when the name is taken, or when `version` is no longer the latest
 */
export async function updateSchedule(ctx: Context, nameOrId: string, change: ScheduleChange): Promise<ScheduleView> {
  try {
    return await transaction(ctx, (tx) => updateScheduleIn(tx, nameOrId, change))
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw nameTaken(String(change.name))
  }
}

/** The same within a transaction; a name that is taken is the database's own error. */
export async function updateScheduleIn(tx: TxContext, nameOrId: string, change: ScheduleChange): Promise<ScheduleView> {
  demand(tx, 'schedules.update')
  const { version, name, taskType, definitionVersion, language, resources, config, notification, comment, ...plain } =
    change
  if (notification !== undefined) checkNotification(notification)
  const id = await scheduleIdOf(tx, nameOrId)
  await tx.db.$executeRaw`SELECT 1 FROM schedule WHERE id = ${id}::uuid FOR UPDATE`
  const before = await tx.db.schedule.findUniqueOrThrow({ where: { id } })
  if (version !== undefined && version !== before.version) {
    throw new CroftError(
      'conflict',
      `somebody saved this schedule since (version ${before.version}): read it again and merge`,
    )
  }
  if (before.archivedAt !== null)
    throw new CroftError('invalid', `the schedule ${before.name} is archived: restore it first`)
  await recordBaseline(tx, before)
  const nextType = taskType ?? before.taskTypeId
  const stored = before.config as ScheduleConfig
  const moves = taskType !== undefined && taskType !== before.taskTypeId
  const nextVersion = definitionVersion ?? (moves ? undefined : before.definitionVersion)
  const current = (await tx.taskTypes.current()).definition(before.taskTypeId, before.definitionVersion)
  const nextConfig =
    config === undefined || current === undefined
      ? (config ?? stored)
      : { ...config, params: keepSecrets(current, config.params, stored.params) }
  const checked =
    moves || config !== undefined || definitionVersion !== undefined
      ? await checkConfig(tx, { taskType: nextType, definitionVersion: nextVersion, config: nextConfig })
      : null
  const row = await tx.db.schedule.update({
    where: { id },
    data: {
      ...plain,
      name,
      taskTypeId: taskType,
      ...(checked !== null && {
        definitionVersion: checked.version,
        invalid: Prisma.DbNull,
        similarity: similarityOf(checked.definition, nextConfig.params),
      }),
      ...(language !== undefined && {
        languageCode: language.code,
        languageNameEn: language.nameEn,
        languageNative: language.nameNative,
      }),
      ...resources,
      ...(config !== undefined && { config: json(nextConfig) as object }),
      ...(notification !== undefined && { notification: json(notification satisfies Notification | null) }),
      version: { increment: 1 },
      updatedAt: tx.now(),
    },
    ...SCHEDULE,
  })
  await recordRevision(tx, row, comment)
  await appendEvent(tx, {
    kind: 'schedule.updated',
    scheduleId: id,
    data: { fields: Object.keys(change).filter((key) => key !== 'comment'), version: row.version },
  })
  return toSchedule(tx, await tx.taskTypes.current(), row)
}

/** Deletes a schedule; its tasks stay and keep its name (zimfarm.md §5.6). @throws CroftError not_found */
export async function deleteSchedule(ctx: Context, nameOrId: string): Promise<void> {
  demand(ctx, 'schedules.delete')
  await transaction(ctx, async (tx) => {
    const id = await scheduleIdOf(tx, nameOrId)
    const { name } = await tx.db.schedule.delete({ where: { id }, select: { name: true } })
    await appendEvent(tx, { kind: 'schedule.deleted', scheduleId: id, data: { name } })
  })
}
