import { displayNames } from '#lib/services/accounts/names'
import type { Context } from '#lib/services/context'
import { getRevision, searchHistory, type Revision } from '#lib/services/schedules/history'
import { revertSchedule } from '#lib/services/schedules/revert'
import { dateV2 } from '#lib/core/task-document-v2'
import { check, orNotFound } from '../errors'
import { page, toSnapshot } from '../mapper'
import { ok, type Call, type Route } from '../route'
import { commented, historyQuery, idPath } from '../wire'
import { gone, optionalBody } from './recipes'

async function shown(ctx: Context, revisions: Revision[]) {
  const types = await ctx.taskTypes.current()
  const nameOf = await displayNames(
    ctx,
    revisions.map(({ author }) => author),
  )
  return revisions.map(({ id, author, at, comment, snapshot }) => ({
    id,
    author: nameOf(author),
    created_at: dateV2(at),
    comment,
    ...toSnapshot(snapshot, types.definition(snapshot.taskType, snapshot.definitionVersion) ?? null),
  }))
}

async function list({ ctx, params: [name = ''], query }: Call) {
  const paging = check(historyQuery, query)
  const { items, count } = await gone(searchHistory(ctx, name, paging))
  return ok(page(paging, count, await shown(ctx, items)))
}

const WORDS = 'History entry not found'

async function read({ ctx, params: [schedule = '', history = ''] }: Call) {
  const { id } = check(idPath, { id: history })
  const [entry] = await shown(ctx, [await orNotFound(WORDS, getRevision(ctx, { schedule, id }))])
  return ok(entry)
}

async function revert({ ctx, params: [schedule = '', history = ''], body, request }: Call) {
  const { id } = check(idPath, { id: history })
  const { comment } = check(commented, await optionalBody(request, body))
  await orNotFound(WORDS, revertSchedule(ctx, { schedule, revision: id, comment }))
  return ok({ message: `${schedule} is as it was` })
}

export const history: Route[] = [
  { method: 'GET', path: '/recipes/:name/history', access: 'recipes.secrets', handle: list },
  { method: 'GET', path: '/recipes/:name/history/:id', access: 'recipes.secrets', handle: read },
  { method: 'PATCH', path: '/recipes/:name/revert/:id', access: 'recipes.update', handle: revert },
]
