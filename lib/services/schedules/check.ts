import { CroftError, type FieldErrors } from '#lib/core/error'
import { checkParams } from '#lib/core/params'
import type { Notification, ScheduleConfig } from '#lib/core/schedule'
import type { TaskTypeDefinition } from '#lib/core/task-type'
import { TASK_TYPES } from '#lib/core/task-types/index'
import type { Settings } from '../settings'

/** The definition of a task type. @throws CroftError invalid, naming the types there are */
export function definitionOf(taskType: string): TaskTypeDefinition {
  const definition = Object.hasOwn(TASK_TYPES, taskType) ? TASK_TYPES[taskType] : undefined
  if (definition !== undefined) return definition
  const message = `there is no task type ${taskType}; there are ${Object.keys(TASK_TYPES).join(', ')}`
  throw new CroftError('invalid', message, { taskType: [message] })
}

/** Refuses parameters that the task type does not take, with a complaint for each field. */
export function checkConfig(settings: Settings, taskType: string, config: ScheduleConfig): TaskTypeDefinition {
  const definition = definitionOf(taskType)
  const complaints = checkParams(definition, config.params, { relaxed: settings.relaxed(taskType) })
  const fields: FieldErrors = Object.fromEntries(
    Object.entries(complaints).map(([key, all]) => [`config.params.${key}`, all]),
  )
  if (Object.keys(fields).length > 0) {
    throw new CroftError(
      'invalid',
      `the parameters do not fit the task type ${taskType}: ${Object.keys(complaints).join(', ')}`,
      fields,
    )
  }
  return definition
}

/** Refuses webhooks that are no http(s) addresses. */
export function checkNotification(notification: Notification | null): void {
  const fields: FieldErrors = {}
  for (const [occasion, channels] of Object.entries(notification ?? {})) {
    channels.webhook?.forEach((target, index) => {
      const url = URL.canParse(target) ? new URL(target) : null
      if (url === null || !['http:', 'https:'].includes(url.protocol)) {
        fields[`notification.${occasion}.webhook.${index}`] = ['must be an http or https address']
      }
    })
  }
  if (Object.keys(fields).length > 0)
    throw new CroftError('invalid', 'a webhook must be an http or https address', fields)
}
