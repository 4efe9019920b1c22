import { CroftError } from '#lib/core/error'
import { actorName, demand, type Context } from '../context'
import { keepSecrets } from '#lib/core/secrets'
import type { NewBlob } from '../blobs/own'
import { createSchedule, type NewSchedule } from './create'
import { getSchedule } from './get'
import type { ScheduleView } from './view'

/**
 * Makes a schedule that began as a copy: where it still has masks, the copied schedule's secrets stand, and so do its
 * receivers unless it names its own; they go along, whoever copies. @throws CroftError not_found, conflict, invalid
 */
export async function createCopy(
  ctx: Context,
  input: Omit<NewSchedule, 'notification'> & { notification?: NewSchedule['notification'] },
  options: { from: string; blobs?: readonly NewBlob[] },
): Promise<ScheduleView> {
  demand(ctx, 'schedules.create')
  const source = await getSchedule({ ...ctx, actor: { kind: 'system', username: actorName(ctx.actor) } }, options.from)
  const params =
    source.definition === null
      ? input.config.params
      : keepSecrets(source.definition, input.config.params, source.config.params)
  const { notification = source.notification, notificationFormat = source.notificationFormat } = input
  const comment = input.comment ?? `copied from ${source.name}`
  return createSchedule(
    ctx,
    { ...input, config: { ...input.config, params }, notification, notificationFormat, comment },
    { blobs: options.blobs },
  )
}

/** Copies a schedule under another name, disabled and without what was measured; secrets go along, whoever copies. @throws CroftError not_found, conflict; invalid when it is archived */
export async function cloneSchedule(
  ctx: Context,
  input: { from: string; name: string; comment?: string | null },
): Promise<ScheduleView> {
  demand(ctx, 'schedules.create')
  const source = await getSchedule({ ...ctx, actor: { kind: 'system', username: actorName(ctx.actor) } }, input.from)
  if (source.archivedAt !== null)
    throw new CroftError('invalid', `the schedule ${source.name} is archived: restore it first`)
  return createSchedule(ctx, {
    ...source,
    name: input.name,
    enabled: false,
    comment: input.comment ?? `copied from ${source.name}`,
  })
}
