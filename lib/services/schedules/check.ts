import { CroftError, type FieldErrors } from '#lib/core/error'
import { targetComplaint } from '#lib/core/notice'
import { checkParams, type CheckOptions } from '#lib/core/params'
import { CHANNELS, type Notification, type ScheduleConfig } from '#lib/core/schedule'
import type { TaskTypeDefinition } from '#lib/core/task-type'
import { blobPrefix } from '../blobs/address'
import type { ReadContext } from '../context'
import type { Settings } from '../settings'

/**
 * A definition of a task type, of the type's own version where none is given.
 * @throws CroftError invalid for an unknown type, naming those there are; not_found for an unknown version
 */
export async function definitionOf(
  ctx: ReadContext,
  taskType: string,
  version?: string,
): Promise<{ definition: TaskTypeDefinition; version: string }> {
  const types = await ctx.taskTypes.current()
  const type = types.type(taskType)
  if (type === undefined) {
    const message = `there is no task type ${taskType}; there are ${types.types.map(({ id }) => id).join(', ')}`
    throw new CroftError('invalid', message, { taskType: [message] })
  }
  const wanted = version ?? type.version
  const definition = type.versions.get(wanted)
  if (definition !== undefined) return { definition, version: wanted }
  const there = [...type.versions.keys()].join(', ')
  throw new CroftError('not_found', `the task type ${taskType} has no version ${wanted}; there are: ${there}`, {
    definitionVersion: ['is not known'],
  })
}

/** How parameters of a task type are checked on this farm. */
export const checkOptions = (settings: Settings, taskType: string): CheckOptions => ({
  relaxed: settings.relaxed(taskType),
  blobUrl: blobPrefix(settings),
})

/** Complaints about a config by field path; empty when it fits the definition. */
export function complaintsOf(
  settings: Settings,
  definition: TaskTypeDefinition | undefined,
  config: ScheduleConfig,
): FieldErrors {
  if (definition === undefined) return { definitionVersion: ['is not known any more: choose another version'] }
  const complaints = checkParams(definition, config.params, checkOptions(settings, definition.id))
  return Object.fromEntries(Object.entries(complaints).map(([key, all]) => [`config.params.${key}`, all]))
}

/** Refuses parameters that the task type does not take, with a complaint for each field; `evenInvalid` only tells them. */
export async function checkConfig(
  ctx: ReadContext,
  input: { taskType: string; definitionVersion?: string; config: ScheduleConfig },
  options: { evenInvalid?: boolean } = {},
): Promise<{ definition: TaskTypeDefinition; version: string; invalid: FieldErrors | null }> {
  const found = await definitionOf(ctx, input.taskType, input.definitionVersion)
  const fields = complaintsOf(ctx.settings, found.definition, input.config)
  if (Object.keys(fields).length === 0) return { ...found, invalid: null }
  if (options.evenInvalid !== true) {
    const named = Object.keys(fields).map((path) => path.replace('config.params.', ''))
    throw new CroftError(
      'invalid',
      `the parameters do not fit the task type ${input.taskType}: ${named.join(', ')}`,
      fields,
    )
  }
  return { ...found, invalid: fields }
}

/** Refuses targets that nothing could be sent to: webhooks that are no http(s) addresses, broken mail addresses. */
export function checkNotification(notification: Notification | null): void {
  const fields: FieldErrors = {}
  for (const [occasion, channels] of Object.entries(notification ?? {})) {
    for (const channel of CHANNELS) {
      channels[channel]?.forEach((target, index) => {
        const complaint = targetComplaint(channel, target)
        if (complaint !== null) fields[`notification.${occasion}.${channel}.${index}`] = [complaint]
      })
    }
  }
  const complaints = Object.entries(fields).map(([field, [complaint]]) => `${field} ${complaint}`)
  if (complaints.length > 0) throw new CroftError('invalid', complaints.slice(0, 3).join('; '), fields)
}
