import { CroftError } from '#lib/core/error'
import type { TaskDetails } from '#lib/core/task-view'
import { DEFAULT_DURATION_SECONDS } from '#lib/core/schedule'
import { addressOf } from '#lib/http/actor'
import type { Context } from '#lib/services/context'
import { prioritize, unrequestTask } from '#lib/services/tasks/cancel'
import { getTask, rankOf } from '#lib/services/tasks/get'
import { requestTasks } from '#lib/services/tasks/request'
import { searchWaiting } from '#lib/services/tasks/search'
import { poll, seen, workerByName } from '#lib/services/workers/poll'
import { v1May } from '../access'
import { check, orNotFound } from '../errors'
import { idOf } from '../ids'
import { page, toPolled, toRequestedDocument, toRequestedItem } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { newRequest, pollQuery, priorityPatch, wireOf } from '../wire'

const WORDS = 'Requested Task Not Found'

const gone = <T>(work: Promise<T>) => orNotFound(WORDS, work)

async function waitingTask(ctx: Context, id: string): Promise<TaskDetails> {
  const task = await gone(getTask(ctx, id))
  if (task.status !== 'requested') throw new CroftError('not_found', WORDS)
  return task
}

async function list({ ctx, query }: Call) {
  const search = check('E3', wireOf(await ctx.taskTypes.current()).requestedQuery, query)
  let workerId: string | null | undefined
  if (search.worker !== undefined) {
    const worker = await workerByName(ctx, search.worker).catch((error: unknown) => {
      if (error instanceof CroftError && ctx.actor.kind === 'anonymous') return null
      throw error instanceof CroftError ? new CroftError('not_found', 'Worker Not Found') : error
    })
    workerId = worker?.id ?? null
    if (worker !== null && ctx.actor.kind === 'account' && ctx.actor.accountId === worker.accountId)
      await seen(ctx, worker.id, null)
  }
  const { items, count } = await searchWaiting(
    ctx,
    {
      schedules: search.schedule_name,
      minPriority: search.priority,
      workerId,
      cpu: search.matching_cpu,
      memory: search.matching_memory,
      disk: search.matching_disk,
      taskTypes: search.matching_offliners,
    },
    { skip: search.skip, limit: search.limit },
  )
  return ok(page(search.skip, search.limit, count, items.map(toRequestedItem)))
}

async function request({ ctx, body }: Call) {
  const { schedule_names, priority, worker } = check('E2', newRequest, await body())
  const { requested, refused } = await requestTasks(ctx, { schedules: schedule_names, priority, worker })
  const known = refused.filter(({ code }) => code === 'waiting' || code === 'no_worker')
  if (requested.length === 0 && known.length === 0) return nothing(404)
  return ok({ requested: requested.map(({ id }) => id) }, 201)
}

/** What a worker polls: one task that it should take, or none (zimfarm.md §6.3). */
async function polled({ ctx, query, request }: Call) {
  if (ctx.settings.schedulerOff) return ok(page(0, 1, 0, []))
  const name = typeof query.worker === 'string' ? query.worker : ''
  const worker = name.length < 3 ? null : await workerByName(ctx, name).catch(() => null)
  if (name.length >= 3 && worker === null) throw new CroftError('not_found', 'Worker Not Found')
  const { worker: known, avail_cpu, avail_memory, avail_disk } = check('E3', pollQuery, query)
  const available = { cpu: avail_cpu, memory: avail_memory, disk: avail_disk }
  const told = await poll(ctx, { worker: worker ?? known, available, ip: addressOf(request) })
  if (told === null) return ok(page(0, 1, 0, []))
  const { task, duration } = told
  const {
    seconds: value,
    measuredAt: on,
    worker: where,
  } = duration ?? {
    seconds: DEFAULT_DURATION_SECONDS,
    measuredAt: ctx.now(),
    worker: null,
  }
  return ok(page(0, 1, 1, [toPolled(task, { value, on, worker: where })]))
}

async function read({ ctx, params: [id], query }: Call) {
  const task = await waitingTask(ctx, idOf(id))
  const trusted = v1May(ctx.actor, 'schedules.update')
  return ok(
    toRequestedDocument(task, await rankOf(ctx, task.id), {
      secrets: trusted && !('hide_secrets' in query),
      notification: trusted,
    }),
  )
}

async function update({ ctx, params: [id], body }: Call) {
  const taskId = idOf(id)
  const { priority } = check('E2', priorityPatch, await body())
  await gone(prioritize(ctx, { taskId, priority }))
  return nothing(204)
}

async function remove({ ctx, params: [id] }: Call) {
  await gone(unrequestTask(ctx, idOf(id)))
  return ok({ deleted: 1 })
}

export const requestedTasks: Route[] = [
  {
    method: 'GET',
    path: '/requested-tasks/',
    access: 'optional',
    summary: 'Waiting tasks in the order of the queue',
    takes: { query: (wire) => wire.requestedQuery },
    handle: list,
  },
  {
    method: 'POST',
    path: '/requested-tasks/',
    access: 'tasks.request',
    summary: 'Requests a task of each schedule',
    takes: { body: newRequest },
    handle: request,
  },
  {
    method: 'GET',
    path: '/requested-tasks/worker',
    access: 'token',
    summary: 'The task that a worker should take',
    takes: { query: pollQuery },
    handle: polled,
  },
  { method: 'GET', path: '/requested-tasks/:id', access: 'optional', summary: 'A waiting task', handle: read },
  {
    method: 'PATCH',
    path: '/requested-tasks/:id',
    access: 'tasks.update',
    summary: 'Changes the priority',
    takes: { body: priorityPatch },
    handle: update,
  },
  {
    method: 'DELETE',
    path: '/requested-tasks/:id',
    access: 'tasks.unrequest',
    summary: 'Takes a task off the queue',
    handle: remove,
  },
]
