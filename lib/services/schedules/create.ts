import { CroftError } from '#lib/core/error'
import {
  DEFAULT_DURATION_SECONDS,
  type Language,
  type Notification,
  type NotificationFormat,
  type PeriodFrom,
  type Periodicity,
  type ScheduleConfig,
} from '#lib/core/schedule'
import type { Resources } from '#lib/core/resources'
import { similarityOf } from '#lib/core/similarity'
import { isUniqueViolation, json } from '#lib/db/client'
import { demand, transaction, type Context } from '../context'
import { appendEvent } from '../events/append'
import { ownBlobs, type NewBlob, type OwnBlobs } from '../blobs/own'
import { checkConfig, checkNotification, definitionOf } from './check'
import { recordRevision } from './history'
import { SCHEDULE, toSchedule, type ScheduleView } from './view'

export type NewSchedule = {
  name: string
  taskType: string
  /** The task type's own version where none is given. */
  definitionVersion?: string
  category: string
  language: Language
  tags: string[]
  periodicity: Periodicity
  enabled: boolean
  resources?: Resources
  platform: string | null
  context?: string
  periodFrom?: PeriodFrom
  config: ScheduleConfig
  notification: Notification | null
  notificationFormat?: NotificationFormat
  notes?: string
  tickets?: string[]
  /** For the history. */
  comment?: string | null
}

/**
 * With `evenInvalid` a schedule whose parameters do not fit is kept, disabled, with the complaints. `blobs` come with it; blobs
 * of other schedules that its parameters name are copied.
 * @throws CroftError forbidden; invalid with a complaint for each field; conflict when the name is taken
 */
export async function createSchedule(
  ctx: Context,
  input: NewSchedule,
  options: { evenInvalid?: boolean; blobs?: readonly NewBlob[] } = {},
): Promise<ScheduleView> {
  demand(ctx, 'schedules.create')
  const found = await definitionOf(ctx, input.taskType, input.definitionVersion)
  const blobs = await ownBlobs(ctx, found.definition, input.config.params, options.blobs ?? [])
  try {
    return await insert(ctx, { ...input, config: { ...input.config, params: blobs.params } }, options, blobs)
  } catch (error) {
    await blobs.drop()
    throw error
  }
}

async function insert(
  ctx: Context,
  input: NewSchedule,
  options: { evenInvalid?: boolean },
  blobs: OwnBlobs,
): Promise<ScheduleView> {
  const { definition, version, invalid } = await checkConfig(ctx, input, options)
  checkNotification(input.notification)
  const now = ctx.now()
  try {
    return await transaction(ctx, async (tx) => {
      const row = await tx.db.schedule.create({
        data: {
          name: input.name,
          taskTypeId: input.taskType,
          definitionVersion: version,
          category: input.category,
          languageCode: input.language.code,
          languageNameEn: input.language.nameEn,
          languageNative: input.language.nameNative,
          tags: input.tags,
          periodicity: input.periodicity,
          enabled: input.enabled && invalid === null,
          invalid: json(invalid),
          config: json(input.config) as object,
          ...(input.resources ?? definition.resources),
          platform: input.platform,
          context: input.context ?? '',
          periodFrom: input.periodFrom ?? 'start',
          notification: json(input.notification),
          notificationFormat: input.notificationFormat ?? 'v1',
          similarity: similarityOf(definition, input.config.params),
          notes: input.notes ?? '',
          tickets: input.tickets ?? [],
          createdAt: now,
          updatedAt: now,
          durations: { create: { seconds: DEFAULT_DURATION_SECONDS, measuredAt: now } },
        },
        ...SCHEDULE,
      })
      await blobs.write(tx, row.id)
      await recordRevision(tx, row, input.comment)
      await appendEvent(tx, { kind: 'schedule.created', scheduleId: row.id, data: { name: row.name } })
      return toSchedule(tx, await tx.taskTypes.current(), row)
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw nameTaken(input.name)
  }
}

export const nameTaken = (name: string) =>
  new CroftError('conflict', `there is a schedule ${name} already: choose another name`, { name: ['is taken'] })
