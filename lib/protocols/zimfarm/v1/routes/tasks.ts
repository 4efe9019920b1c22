import { CroftError } from '#lib/core/error'
import type { TaskDetails } from '#lib/core/task-view'
import type { Context } from '#lib/services/context'
import { cancelTask } from '#lib/services/tasks/cancel'
import { getTask, isTaken } from '#lib/services/tasks/get'
import { remoteReport, type RemoteReport } from '#lib/services/tasks/remote-report'
import { searchTaken } from '#lib/services/tasks/search'
import { claimTask } from '#lib/services/tasks/take'
import { withSignedUploads } from '#lib/services/uploads/address'
import { workerByName } from '#lib/services/workers/poll'
import { v1May } from '../access'
import { check, orNotFound } from '../errors'
import { cancellable } from '#lib/core/task-document'
import { toReport } from '../../events'
import { idOf } from '../ids'
import { page, STANDINGS, toTaskDocument, toTaskItem } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { event, takeQuery, tasksQuery } from '../wire'

const notFound = () => new CroftError('not_found', 'Task Not Found')
const gone = <T>(work: Promise<T>) => orNotFound(notFound().message, work)

async function takenTask(ctx: Context, id: string): Promise<TaskDetails> {
  const task = await gone(getTask(ctx, id))
  if (task.status === 'requested') throw notFound()
  return task
}

async function list({ ctx, query }: Call) {
  const { skip, limit, status, schedule_name } = check('E3', tasksQuery, query)
  const standings = status?.flatMap((name) => STANDINGS[name])
  const { items, count } = await searchTaken(ctx, { standings, schedule: schedule_name }, { skip, limit })
  return ok(page(skip, limit, count, items.map(toTaskItem)))
}

async function read({ ctx, params: [id], query }: Call) {
  const task = await takenTask(ctx, idOf(id))
  const secrets = v1May(ctx.actor, 'tasks.create') && !('hide_secrets' in query)
  const shown = secrets ? await withSignedUploads(ctx, task) : task
  return ok(toTaskDocument(shown, { secrets, notification: v1May(ctx.actor, 'schedules.update') }))
}

/** A worker takes a waiting task (zimfarm.md §7.3): 400 when there is none, 423 when somebody else was quicker. */
async function take({ ctx, params: [id], query }: Call) {
  const taskId = idOf(id)
  if (ctx.settings.schedulerOff) throw new CroftError('unavailable', 'the scheduler is off (DISABLE_SCHEDULER)')
  const task = await getTask(ctx, taskId).catch((error: unknown) => {
    if (error instanceof CroftError) return null
    throw error
  })
  if (task === null || task.status !== 'requested') return nothing(400)
  const { worker_name } = check('E3', takeQuery, query)
  const worker = await workerByName(ctx, worker_name).catch((error: unknown) => {
    throw error instanceof CroftError ? new CroftError('not_found', 'Worker Not Found') : error
  })
  if (ctx.actor.kind === 'account' && ctx.actor.role !== 'admin' && ctx.actor.accountId !== worker.accountId) {
    throw new CroftError('forbidden', 'this worker belongs to another account')
  }
  const lease = await claimTask(ctx, worker, taskId).catch((error: unknown) => {
    if (error instanceof CroftError && error.code === 'conflict') return null
    throw error
  })
  if (lease === null) return Response.json({}, { status: 423 })
  const notification = v1May(ctx.actor, 'schedules.update')
  const taken = await withSignedUploads(ctx, await getTask(ctx, taskId))
  return ok(toTaskDocument(taken, { secrets: true, notification }), 201)
}

async function report({ ctx, params: [id], body }: Call) {
  const taskId = idOf(id)
  const told = check('E2', event, await body())
  const told_by = ctx.actor.kind === 'anonymous' ? '' : ctx.actor.username
  let ours: RemoteReport
  try {
    ours = toReport(told, told_by, (schema, value) => check('E2', schema, value))
  } catch (error) {
    throw (await isTaken(ctx, taskId)) ? error : notFound()
  }
  await gone(remoteReport(ctx, taskId, ours))
  return nothing(204)
}

/** Only what still goes on can be canceled, and only once (zimfarm.md §7.5, §10.4). */
async function cancel({ ctx, params: [id] }: Call) {
  const task = await takenTask(ctx, idOf(id))
  if (!cancellable(task)) throw notFound()
  await gone(cancelTask(ctx, task.id))
  return nothing(204)
}

export const tasks: Route[] = [
  {
    method: 'GET',
    path: '/tasks/',
    access: 'optional',
    summary: 'Tasks that a worker has taken, newest change first',
    takes: { query: tasksQuery },
    handle: list,
  },
  { method: 'GET', path: '/tasks/:id', access: 'optional', summary: 'A task that a worker has taken', handle: read },
  {
    method: 'POST',
    path: '/tasks/:id',
    access: 'tasks.create',
    summary: 'A worker takes a waiting task',
    takes: { query: takeQuery },
    handle: take,
  },
  {
    method: 'PATCH',
    path: '/tasks/:id',
    access: 'tasks.update',
    summary: 'A worker reports an event',
    takes: { body: event },
    handle: report,
  },
  {
    method: 'POST',
    path: '/tasks/:id/cancel',
    access: 'tasks.cancel',
    summary: 'Asks for a task to be canceled',
    handle: cancel,
  },
]
