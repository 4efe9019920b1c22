import { v1May } from '../access'
import { checkParams } from '#lib/core/params'
import type { TaskTypeDefinition } from '#lib/core/task-type'
import type { Context } from '#lib/services/context'
import { checkOptions, definitionOf } from '#lib/services/schedules/check'
import { cloneSchedule } from '#lib/services/schedules/clone'
import { createSchedule } from '#lib/services/schedules/create'
import { getSchedule } from '#lib/services/schedules/get'
import { searchSchedules } from '#lib/services/schedules/search'
import { deleteSchedule, updateSchedule } from '#lib/services/schedules/update'
import { check, orNotFound, WireError } from '../errors'
import { fromPatch, fromSchedule, page, toScheduleDocument, toScheduleItem } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { CroftError } from '#lib/core/error'
import { imageTags } from '#lib/services/images/tags'
import { clone, imageQuery, schedulesQuery, wireOf } from '../wire'

/** Shown to those who may change schedules, unless they ask to hide them. */
const secrets = ({ ctx, query }: Call) => v1May(ctx.actor, 'schedules.update') && !('hide_secrets' in query)

/** Complaints about flags come alone and keyed by flag (zimfarm.md §5.3). */
function checkFlags(ctx: Context, definition: TaskTypeDefinition, flags: unknown): void {
  const errors = checkParams(definition, flags, checkOptions(ctx.settings, definition.id))
  if (Object.keys(errors).length > 0) throw new WireError('E2', errors)
}

const gone = <T>(work: Promise<T>) => orNotFound('Schedule Not Found', work)

async function list({ ctx, query }: Call) {
  const { skip, limit, lang, name, ...search } = check('E3', schedulesQuery, query)
  const { items, count } = await searchSchedules(ctx, { ...search, language: lang, pattern: name }, { skip, limit })
  return ok(page(skip, limit, count, items.map(toScheduleItem)))
}

async function create({ ctx, body }: Call) {
  const wire = check('E2', wireOf(await ctx.taskTypes.current()).newSchedule, await body())
  const { definition } = await definitionOf(ctx, wire.config.task_name)
  checkFlags(ctx, definition, wire.config.flags)
  const { id } = await createSchedule(ctx, fromSchedule(wire))
  return ok({ _id: id }, 201)
}

async function read(call: Call) {
  const schedule = await gone(getSchedule(call.ctx, call.params[0] ?? ''))
  return ok(toScheduleDocument(call.ctx.settings, schedule, { secrets: secrets(call) }))
}

async function update({ ctx, params: [name = ''], body }: Call) {
  const types = await ctx.taskTypes.current()
  const patch = check('E2', wireOf(types).schedulePatch, await body())
  if (Object.keys(patch).length === 0) throw new WireError('E2', ['Nothing to change.'])
  const current = await gone(getSchedule(ctx, name))
  const taskType = patch.task_name ?? current.taskType
  if (taskType !== current.taskType && (patch.flags === undefined || patch.image === undefined)) {
    throw new WireError('E2', { task_name: ['flags and image must be given with another task_name'] })
  }
  const image = types.type(taskType)?.dockerImage
  if (patch.image !== undefined && patch.image.name !== image) {
    throw new WireError('E2', { image: { name: [`must be ${image}`] } })
  }
  if (patch.flags !== undefined) {
    const version = taskType === current.taskType ? current.definitionVersion : undefined
    checkFlags(ctx, (await definitionOf(ctx, taskType, version)).definition, patch.flags)
  }
  await gone(updateSchedule(ctx, name, fromPatch(patch, current.config)))
  return nothing(204)
}

async function remove({ ctx, params: [name = ''] }: Call) {
  await gone(deleteSchedule(ctx, name))
  return nothing(204)
}

async function copy({ ctx, params: [from = ''], body }: Call) {
  const { name } = check('E3', clone, await body())
  const { id } = await gone(cloneSchedule(ctx, { from, name }))
  return ok({ _id: id }, 201)
}

async function backup(call: Call) {
  const { items } = await searchSchedules(call.ctx, {}, { skip: 0, limit: null })
  return ok(
    items.map((schedule) =>
      toScheduleDocument(call.ctx.settings, schedule, { secrets: secrets(call), expanded: false }),
    ),
  )
}

/** The tags of an image at the registry; whatever trouble there is, the list is empty (zimfarm.md §5.8). */
async function imageNames({ ctx, query }: Call) {
  const { hub_name } = check('E3', imageQuery, query)
  const tags = await orNotFound('Resource Not Found', imageTags(ctx, hub_name.replace(/^ghcr\.io\//, ''))).catch(
    (error: unknown) => {
      if (error instanceof CroftError && error.code === 'unavailable') return []
      throw error
    },
  )
  return ok(page(0, null, tags.length, tags))
}

export const schedules: Route[] = [
  {
    method: 'GET',
    path: '/schedules/:name/image-names',
    access: 'schedules.update',
    summary: 'The tags of an image',
    takes: { query: imageQuery },
    handle: imageNames,
  },
  {
    method: 'GET',
    path: '/schedules/',
    access: 'optional',
    summary: 'Schedules by name',
    takes: { query: schedulesQuery },
    handle: list,
  },
  {
    method: 'POST',
    path: '/schedules/',
    access: 'schedules.create',
    summary: 'Makes a schedule',
    takes: { body: (wire) => wire.newSchedule },
    handle: create,
  },
  { method: 'GET', path: '/schedules/backup/', access: 'optional', summary: 'All schedules, whole', handle: backup },
  { method: 'GET', path: '/schedules/:name', access: 'optional', summary: 'A schedule', handle: read },
  {
    method: 'PATCH',
    path: '/schedules/:name',
    access: 'schedules.update',
    summary: 'Changes a schedule',
    takes: { body: (wire) => wire.schedulePatch },
    handle: update,
  },
  {
    method: 'DELETE',
    path: '/schedules/:name',
    access: 'schedules.delete',
    summary: 'Deletes a schedule; its tasks stay',
    handle: remove,
  },
  {
    method: 'POST',
    path: '/schedules/:name/clone',
    access: 'schedules.create',
    summary: 'Copies a schedule, disabled',
    takes: { body: clone },
    handle: copy,
  },
]
