import { CroftError } from '#lib/core/error'
import { reasonIn } from '#lib/core/reason'
import { dateV2, taskDocumentV2, taskItemV2 } from '#lib/core/task-document-v2'
import type { TaskDetails } from '#lib/core/task-view'
import { addressOf } from '#lib/http/actor'
import { displayNames } from '#lib/services/accounts/names'
import type { Context } from '#lib/services/context'
import { namedSchedules } from '#lib/services/schedules/named'
import { prioritize, unrequestTask } from '#lib/services/tasks/cancel'
import { getTask, rankOf } from '#lib/services/tasks/get'
import { requestAll } from '#lib/services/tasks/request-all'
import { searchWaiting } from '#lib/services/tasks/search'
import { whyTask } from '#lib/services/tasks/why'
import { poll, workerByName } from '#lib/services/workers/poll'
import { v2May } from '../access'
import { BadRequest, check, orNotFound } from '../errors'
import { page } from '../mapper'
import { ok, type Call, type Route } from '../route'
import { hidden, idPath, newRequest, pollQuery, priorityPatch, requestedQuery } from '../wire'

const WORDS = 'Requested task not found'
const gone = <T>(work: Promise<T>) => orNotFound(WORDS, work)

async function waitingTask(ctx: Context, id: string | undefined): Promise<TaskDetails> {
  const task = await gone(getTask(ctx, check(idPath, { id }).id))
  if (task.status !== 'requested') throw new CroftError('not_found', WORDS)
  return task
}

async function document(ctx: Context, task: TaskDetails, hideSecrets: boolean) {
  const trusted = v2May(ctx.actor, 'requested_tasks.secrets')
  return taskDocumentV2(task, {
    nameOf: await displayNames(ctx, [task.requestedBy]),
    secrets: trusted && !hideSecrets,
    notification: trusted,
    rank: await rankOf(ctx, task.id),
  })
}

async function list({ ctx, query }: Call) {
  const search = check(requestedQuery, query)
  const worker = search.worker === undefined ? undefined : await workerByName(ctx, search.worker).catch(() => null)
  const { items, count } = await searchWaiting(
    ctx,
    {
      schedules: search.recipe_name,
      minPriority: search.priority,
      workerId: worker === undefined ? undefined : (worker?.id ?? null),
      pinnedOnly: true,
      newestFirst: true,
      cpu: search.matching_cpu,
      memory: search.matching_memory,
      disk: search.matching_disk,
      taskTypes: search.matching_offliners,
    },
    search,
  )
  const nameOf = await displayNames(
    ctx,
    items.map((task) => task.requestedBy),
  )
  return ok(
    page(
      search,
      count,
      items.map((task) => taskItemV2(task, nameOf)),
    ),
  )
}

/** All or nothing (zimfarm.md §19.1). */
async function request({ ctx, body }: Call) {
  const { recipe_names, priority, worker } = check(newRequest, await body())
  const known = await namedSchedules(ctx, recipe_names)
  if (![...known.values()].some((one) => one.enabled && one.archivedAt === null))
    throw new CroftError('not_found', 'none of the recipes exists, is enabled and not archived')
  const schedules = recipe_names.map((name) => known.get(name)?.name ?? name)
  const outcome = await requestAll(ctx, { schedules, priority, worker })
  if ('requested' in outcome) return ok(outcome)
  const errors: Record<string, string> = Object.fromEntries(outcome.refused)
  throw new BadRequest('some recipes cannot be requested, so none was', errors)
}

/** What a worker polls: one task that it should take, or none (zimfarm.md §19.3). */
async function polled({ ctx, query, request }: Call) {
  const told = check(pollQuery, query)
  const totals = { cpu: told.total_cpu, memory: told.total_memory, disk: told.total_disk }
  const polled = await poll(ctx, {
    worker: told.worker_name,
    available: { cpu: told.avail_cpu, memory: told.avail_memory, disk: told.avail_disk },
    totals: Object.fromEntries(Object.entries(totals).filter(([, value]) => value !== undefined)),
    ip: addressOf(request),
    nothing: ctx.settings.schedulerOff,
  })
  if (ctx.settings.schedulerOff) return ok(page({ skip: 0, limit: 0 }, 0, []))
  if (polled === null) return ok(page({ skip: 0, limit: 1 }, 0, []))
  const { task } = polled
  const item = taskItemV2(task, await displayNames(ctx, [task.requestedBy]))
  return ok(page({ skip: 0, limit: 1 }, 1, [{ ...item, worker_name: item.worker_name ?? told.worker_name }]))
}

async function read({ ctx, params: [id], query }: Call) {
  const { hide_secrets } = check(hidden, query)
  return ok(await document(ctx, await waitingTask(ctx, id), hide_secrets))
}

async function update({ ctx, params: [id], body }: Call) {
  const { priority } = check(priorityPatch, await body())
  const task = await waitingTask(ctx, id)
  await gone(prioritize(ctx, { taskId: task.id, priority }))
  return ok(await document(ctx, await waitingTask(ctx, id), true))
}

/** Not found when nothing was deleted: wp1 then goes on and cancels the task (zimfarm.md §19.4). */
async function remove({ ctx, params: [id] }: Call) {
  await gone(unrequestTask(ctx, check(idPath, { id }).id))
  return ok({ deleted: 1 })
}

/** Why a worker does not run it: always told as a bad request (zimfarm.md §19.4). */
async function diagnose({ ctx, params: [id, name = ''] }: Call): Promise<Response> {
  const task = await waitingTask(ctx, id)
  await orNotFound('Worker not found', workerByName(ctx, name))
  const { workers } = await whyTask(ctx, task.id)
  const reasons = workers.find(({ worker }) => worker === name)?.reasons ?? []
  const words = reasons.map((reason) => reasonIn(reason, (time) => dateV2(new Date(time))))
  throw new BadRequest(`${name} ${words.length === 0 ? 'takes it when it asks next' : words.join('; ')}`)
}

export const requestedTasks: Route[] = [
  { method: 'GET', path: '/requested-tasks', access: 'optional', handle: list },
  { method: 'POST', path: '/requested-tasks', access: 'requested_tasks.create', handle: request },
  { method: 'GET', path: '/requested-tasks/worker', access: 'token', handle: polled },
  { method: 'GET', path: '/requested-tasks/:id', access: 'optional', handle: read },
  { method: 'PATCH', path: '/requested-tasks/:id', access: 'requested_tasks.update', handle: update },
  { method: 'DELETE', path: '/requested-tasks/:id', access: 'requested_tasks.delete', handle: remove },
  {
    method: 'GET',
    path: '/requested-tasks/:id/diagnose/:worker',
    access: 'requested_tasks.create',
    handle: diagnose,
  },
]
