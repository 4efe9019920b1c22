import { CroftError, type FieldErrors } from '#lib/core/error'
import type { ScheduleView } from '#lib/services/schedules/view'
import type { Context } from '#lib/services/context'
import { imageTags } from '#lib/services/images/tags'
import { archiveSchedule, restoreSchedule, restoreSchedules } from '#lib/services/schedules/archive'
import { complaintsOf, definitionOf } from '#lib/services/schedules/check'
import { cloneSchedule } from '#lib/services/schedules/clone'
import { createSchedule } from '#lib/services/schedules/create'
import { getSchedule } from '#lib/services/schedules/get'
import { searchSchedules } from '#lib/services/schedules/search'
import { similarSchedules } from '#lib/services/schedules/similar'
import { deleteSchedule, updateSchedule } from '#lib/services/schedules/update'
import { validateSchedule } from '#lib/services/schedules/validate'
import { v2May } from '../access'
import { require } from '../auth'
import { BadRequest, check, failure, orNotFound, WireError, wireErrors } from '../errors'
import { folded, fromPatch, fromRecipe, page, pageOf, paramsOf, toRecipe, toRecipeItem } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import {
  backupQuery,
  clone,
  commented,
  hidden,
  imagesQuery,
  pageQuery,
  recipesQuery,
  restoreMany,
  wireOf,
} from '../wire'

export const gone = <T>(work: Promise<T>) => orNotFound('Recipe not found', work)

/** The whole recipe, to be masked by this door's own rules: secrets are not masked twice, in two manners. */
const whole = (ctx: Context): Context => ({ ...ctx, actor: { kind: 'system', username: 'croft' } })
export const recipeOf = (ctx: Context, name: string) => gone(getSchedule(whole(ctx), name))

const isValid = ({ settings }: Context, recipe: ScheduleView) =>
  Object.keys(complaintsOf(settings, recipe.definition ?? undefined, recipe.config)).length === 0

function shown(ctx: Context, recipe: ScheduleView, hideSecrets: boolean, expanded = true) {
  const trusted = v2May(ctx.actor, 'recipes.secrets')
  return toRecipe(ctx.settings, recipe, {
    secrets: trusted && !hideSecrets,
    notification: trusted,
    valid: isValid(ctx, recipe),
    expanded,
  })
}

async function list({ ctx, query }: Call) {
  const { skip, limit, name, lang, tag, offliner, archived } = check(recipesQuery, query)
  if (archived) require(ctx.actor, 'recipes.archive')
  const search = { q: name, language: lang, tag, taskType: offliner, archived }
  const { items, count } = await searchSchedules(ctx, search, { skip, limit })
  return ok(page({ skip, limit }, count, items.map(toRecipeItem)))
}

async function create({ ctx, body }: Call) {
  const types = await ctx.taskTypes.current()
  const wire = check(wireOf(types).newRecipe, await body())
  const { definition } = await definitionOf(ctx, wire.config.offliner.offliner_id, wire.version)
  const { id } = await createSchedule(ctx, fromRecipe(wire, definition))
  return ok({ id })
}

async function read({ ctx, params: [name = ''], query }: Call) {
  const { hide_secrets } = check(hidden, query)
  const recipe = await recipeOf(ctx, name)
  if (recipe.archivedAt !== null && ctx.actor.kind === 'anonymous')
    throw new CroftError('unauthenticated', 'sign in to see archived recipes')
  return ok(shown(ctx, recipe, hide_secrets))
}

async function update({ ctx, params: [name = ''], body }: Call) {
  const types = await ctx.taskTypes.current()
  const patch = folded(check(wireOf(types).recipePatch, await body()))
  const given = Object.entries(patch).filter(([key, value]) => key !== 'comment' && value !== undefined)
  if (given.length === 0) throw new BadRequest('there is nothing to change in the body')
  const current = await recipeOf(ctx, name)
  const taskType = patch.offliner ?? current.taskType
  const moves = taskType !== current.taskType
  if (moves && (patch.flags === undefined || patch.image === undefined || patch.version === undefined))
    throw new BadRequest('flags, image and version must be given together with another offliner')
  const image = types.type(taskType)?.dockerImage
  if (patch.image !== undefined && patch.image.name !== image) throw new WireError({ name: [`must be ${image}`] })
  const version = patch.version ?? (moves ? undefined : current.definitionVersion)
  const { definition } = await definitionOf(ctx, taskType, version)
  const params = patch.flags === undefined ? undefined : paramsOf(definition, patch.flags)
  const { id } = await gone(updateSchedule(ctx, current.id, fromPatch(patch, current.config, params)))
  return ok(shown(ctx, await recipeOf(ctx, id), false))
}

async function remove({ ctx, params: [name = ''] }: Call) {
  await gone(deleteSchedule(ctx, name))
  return nothing(204)
}

async function copy({ ctx, params: [from = ''], body }: Call) {
  const { name, comment } = check(clone, await body())
  const { id } = await gone(cloneSchedule(ctx, { from, name, comment }))
  return ok({ id })
}

async function backup({ ctx, query }: Call) {
  const { hide_secrets, archived } = check(backupQuery, query)
  if (archived) require(ctx.actor, 'recipes.archive')
  const { items } = await searchSchedules(whole(ctx), { archived }, { skip: 0, limit: null })
  return ok(items.map((recipe) => shown(ctx, recipe, hide_secrets, false)))
}

/** The tags of an image at the registry (zimfarm.md §18.1): trouble there is told as such. */
async function imageNames({ ctx, query }: Call) {
  const { hub_name } = check(imagesQuery, query)
  try {
    const tags = await imageTags(ctx, hub_name.replace(/^ghcr\.io\//, ''))
    return ok(pageOf({ skip: 0, limit: tags.length }, tags))
  } catch (error) {
    if (error instanceof CroftError && error.code === 'unavailable') return failure(500, error.message)
    throw error
  }
}

async function similar({ ctx, params: [name = ''], query }: Call) {
  const paging = check(pageQuery, query)
  const { items, count } = await gone(similarSchedules(ctx, name, paging))
  return ok(page(paging, count, items.map(toRecipeItem)))
}

async function validate({ ctx, params: [name = ''] }: Call) {
  const complaints: FieldErrors = await gone(validateSchedule(ctx, name))
  if (Object.keys(complaints).length > 0) return failure(422, 'the recipe does not fit', wireErrors(complaints))
  return ok({ message: 'the recipe is valid' })
}

async function archive({ ctx, params: [schedule = ''], body, request }: Call) {
  const { comment } = check(commented, await optionalBody(request, body))
  await gone(archiveSchedule(ctx, { schedule, comment }))
  return ok({ message: `${schedule} is archived` })
}

async function restore({ ctx, params: [schedule = ''], body, request }: Call) {
  const { comment } = check(commented, await optionalBody(request, body))
  await gone(restoreSchedule(ctx, { schedule, comment }))
  return ok({ message: `${schedule} is restored` })
}

/** A body that only holds a comment may be left out. */
export const optionalBody = async (request: Request, body: Call['body']) =>
  request.body === null || request.headers.get('content-length') === '0' ? {} : ((await body()) ?? {})

async function restoreAll({ ctx, body }: Call) {
  const { recipe_names, recipe_ids, comment } = check(restoreMany, await body())
  await gone(restoreSchedules(ctx, { schedules: recipe_names ?? recipe_ids ?? [], comment }))
  return nothing(204)
}

export const recipes: Route[] = [
  { method: 'GET', path: '/recipes', access: 'optional', handle: list },
  { method: 'POST', path: '/recipes', access: 'recipes.create', handle: create },
  { method: 'GET', path: '/recipes/backup', access: 'optional', handle: backup },
  { method: 'POST', path: '/recipes/restore', access: 'recipes.archive', handle: restoreAll },
  { method: 'GET', path: '/recipes/:name', access: 'optional', handle: read },
  { method: 'PATCH', path: '/recipes/:name', access: 'recipes.update', handle: update },
  { method: 'DELETE', path: '/recipes/:name', access: 'recipes.delete', handle: remove },
  { method: 'POST', path: '/recipes/:name/clone', access: 'recipes.create', handle: copy },
  { method: 'GET', path: '/recipes/:name/image-names', access: 'optional', handle: imageNames },
  { method: 'GET', path: '/recipes/:name/similar', access: 'optional', handle: similar },
  { method: 'GET', path: '/recipes/:name/validate', access: 'recipes.update', handle: validate },
  { method: 'PATCH', path: '/recipes/:name/archive', access: 'recipes.archive', handle: archive },
  { method: 'PATCH', path: '/recipes/:name/restore', access: 'recipes.archive', handle: restore },
]
