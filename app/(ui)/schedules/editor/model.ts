import type { z } from 'zod'
import type { createSchedule, schedule, updateSchedule } from '#lib/contract/schedule'
import type { Input } from '#lib/contract/endpoint'
import { compareSnapshots, type SnapshotChange } from '#lib/core/history'
import { checkParams, type CheckOptions } from '#lib/core/params'
import type { ScheduleSnapshot } from '#lib/core/schedule'
import { MASK } from '#lib/core/secrets'
import type { TaskTypeDefinition } from '#lib/core/task-type'
import type { FieldErrors } from '#lib/core/error'

export type Schedule = z.output<typeof schedule>
/** What the editor edits: all that somebody writes of a schedule. */
export type Draft = ScheduleSnapshot

export const toDraft = (of: Schedule): Draft => ({
  name: of.name,
  taskType: of.taskType,
  definitionVersion: of.definitionVersion,
  category: of.category,
  language: of.language,
  tags: of.tags,
  periodicity: of.periodicity,
  enabled: of.enabled,
  archived: of.archivedAt !== null,
  resources: of.resources,
  platform: of.platform,
  context: of.context,
  periodFrom: of.periodFrom,
  config: of.config,
  notification: of.notification,
  notificationFormat: 'v1',
  notes: of.notes,
  tickets: of.tickets,
})

/** A schedule that nobody has written yet: the task type's own resources, and what its fields suggest. */
export function blankDraft(definition: TaskTypeDefinition, version: string): Draft {
  const params: Draft['config']['params'] = {}
  for (const { key, required, default: value, frozen, type } of definition.fields) {
    if (frozen === true || value === undefined || type === 'blob') continue
    if (required === true) params[key] = value
  }
  return {
    name: '',
    taskType: definition.id,
    definitionVersion: version,
    category: 'other',
    language: { code: 'eng', nameEn: 'English', nameNative: 'English' },
    tags: [],
    periodicity: 'manually',
    enabled: true,
    archived: false,
    resources: definition.resources,
    platform: null,
    context: '',
    periodFrom: 'start',
    config: {
      params,
      image: definition.image === undefined ? null : { name: definition.image, tag: 'latest' },
      warehousePath: '/other',
      monitor: false,
    },
    notification: null,
    notificationFormat: 'v1',
    notes: '',
    tickets: [],
  }
}

export const changesOf = (base: Draft, draft: Draft): SnapshotChange[] => compareSnapshots(base, draft)

type Change = NonNullable<Input<(typeof updateSchedule)['body']>>
const WHOLE = ['taskType', 'name', 'category', 'language', 'tags', 'periodicity', 'enabled', 'resources'] as const
const ALSO = ['platform', 'context', 'periodFrom', 'notification', 'notes', 'tickets', 'definitionVersion'] as const

/** What is sent to save: the top-level parts that changed, and the version that they were read at. */
export function changeBody(base: Draft, draft: Draft, version: number, comment: string): Change {
  const changed = new Set(changesOf(base, draft).map(({ path }) => path.split('.')[0]))
  const body: Record<string, unknown> = { version, ...(comment.trim() !== '' && { comment: comment.trim() }) }
  for (const key of [...WHOLE, ...ALSO, 'config'] as const) if (changed.has(key)) body[key] = draft[key]
  if (changed.has('taskType') || changed.has('definitionVersion')) {
    body.definitionVersion = draft.definitionVersion
    body.config = draft.config
  }
  return body
}

type NewBody = NonNullable<Input<(typeof createSchedule)['body']>>
/** Files for blob fields that wait for the schedule to be there: data: addresses within the parameters. */
export const isPending = (value: unknown): value is string => typeof value === 'string' && value.startsWith('data:')

export function createBody(draft: Draft, options: { copyOf?: string; comment: string }): NewBody {
  const { name, taskType, definitionVersion, category, language, tags, periodicity, enabled } = draft
  const { resources, platform, context, periodFrom, config, notification, notes, tickets } = draft
  const entries = Object.entries(config.params)
  return {
    ...{ name: name.trim(), taskType, definitionVersion, category, language, tags, periodicity, enabled },
    ...{ resources, platform, context, periodFrom, notes, tickets },
    config: { ...config, params: Object.fromEntries(entries.filter(([, value]) => !isPending(value))) },
    notification: notification ?? undefined,
    blobs: entries.flatMap(([field, data]) => (isPending(data) ? [{ field, data }] : [])),
    ...(options.copyOf !== undefined && { copyOf: options.copyOf }),
    ...(options.comment.trim() !== '' && { comment: options.comment.trim() }),
  }
}

/** Parameters as they are checked and sent to be tried: waiting files stand as addresses, masked secrets as texts that fit. */
export function checkable(
  definition: TaskTypeDefinition,
  draft: Draft,
  options: CheckOptions,
): Draft['config']['params'] {
  return Object.fromEntries(
    Object.entries(draft.config.params).flatMap(([key, value]): [string, Draft['config']['params'][string]][] => {
      const field = definition.fields.find((one) => one.key === key)
      if (isPending(value)) {
        const ending = field?.kind === 'image' || field?.kind === 'illustration' ? 'png' : (field?.kind ?? 'png')
        return [[key, `${options.blobUrl ?? ''}00000000-0000-4000-8000-000000000000.${ending}`]]
      }
      return [[key, value]]
    }),
  )
}

/** Complaints by place, as the server would have them, but for what only it can know. */
export function complaintsAbout(definition: TaskTypeDefinition, draft: Draft, options: CheckOptions): FieldErrors {
  const params = checkable(definition, draft, options)
  const errors: FieldErrors = {}
  for (const [key, why] of Object.entries(checkParams(definition, params, options))) {
    const field = definition.fields.find((one) => one.key === key)
    // A mask stands for a value that was right when it was saved.
    if (field?.secret === true && params[key] === MASK) continue
    errors[`config.params.${key}`] = why
  }
  if (draft.name.trim() === '') errors.name = ['must not be empty']
  else if (draft.name.trim() === 'none') errors.name = ['must not be "none"']
  if (draft.category.trim() === '') errors.category = ['must not be empty']
  if (draft.language.code === '') errors.language = ['must not be empty']
  const { cpu, memory, disk } = draft.resources
  if (!Number.isInteger(cpu) || cpu < 0) errors['resources.cpu'] = ['must be a whole number']
  if (!(memory > 0)) errors['resources.memory'] = ['must be a number']
  if (!(disk > 0)) errors['resources.disk'] = ['must be a number']
  draft.tickets?.forEach((ticket) => {
    if (!/^https?:\/\/\S+$/.test(ticket)) errors.tickets = ['must be an address that starts with http:// or https://']
  })
  return errors
}
