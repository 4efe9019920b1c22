import { CroftError } from '#lib/core/error'
import { cancellable } from '#lib/core/task-document'
import { dateV2, statusV2, taskDocumentV2, taskItemV2, timestampsV2 } from '#lib/core/task-document-v2'
import type { TaskDetails } from '#lib/core/task-view'
import { displayNames } from '#lib/services/accounts/names'
import type { Context } from '#lib/services/context'
import { namedSchedules } from '#lib/services/schedules/named'
import { cancelTask } from '#lib/services/tasks/cancel'
import { getTask } from '#lib/services/tasks/get'
import { withSignedUploads } from '#lib/services/uploads/address'
import { remoteReport } from '#lib/services/tasks/remote-report'
import { searchTaken } from '#lib/services/tasks/search'
import { claimTask } from '#lib/services/tasks/take'
import { workerByName } from '#lib/services/workers/poll'
import { toReport } from '../../events'
import { v2May } from '../access'
import { check, orNotFound } from '../errors'
import { page, STANDINGS } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { event, idPath, take as takeWire, tasksQuery, taskSecrets } from '../wire'

const notFound = () => new CroftError('not_found', 'Task not found')
const gone = <T>(work: Promise<T>) => orNotFound(notFound().message, work)

async function takenTask(ctx: Context, id: string | undefined): Promise<TaskDetails> {
  const task = await gone(getTask(ctx, check(idPath, { id }).id))
  if (task.status === 'requested') throw notFound()
  return task
}

async function document(ctx: Context, task: TaskDetails, hideSecrets: boolean) {
  const trusted = v2May(ctx.actor, 'tasks.secrets')
  const nameOf = await displayNames(ctx, [task.requestedBy, task.canceledBy])
  const shown = trusted && !hideSecrets ? await withSignedUploads(ctx, task) : task
  return taskDocumentV2(shown, { nameOf, secrets: trusted && !hideSecrets, notification: trusted })
}

async function list({ ctx, query }: Call) {
  const search = check(tasksQuery, query)
  const { items, count } = await searchTaken(
    ctx,
    {
      standings: search.status?.flatMap((name) => STANDINGS[name]),
      schedule: search.recipe_name,
      scheduleId: search.recipe_id,
      taskType: search.offliner,
      sort: search.sort_criteria === 'doing' ? 'taken' : 'updated',
    },
    search,
  )
  const nameOf = await displayNames(
    ctx,
    items.map((task) => task.requestedBy),
  )
  const recent = search.fetch_most_recent_tasks
    ? await namedSchedules(
        ctx,
        items.flatMap((task) => task.scheduleName ?? []),
      )
    : null
  const shown = items.map((task) => {
    const last = (task.scheduleName !== null && recent?.get(task.scheduleName)?.lastTask) || null
    return {
      ...taskItemV2(task, nameOf),
      recipe_most_recent_task:
        last === null
          ? null
          : { id: last.id, status: statusV2(last), updated_at: dateV2(last.updatedAt), timestamp: timestampsV2(last) },
    }
  })
  return ok(page(search, count, shown))
}

async function read({ ctx, params: [id], query }: Call) {
  const { hide_secrets } = check(taskSecrets, query)
  return ok(await document(ctx, await takenTask(ctx, id), hide_secrets))
}

/** A worker takes a waiting task: 404 when there is none, 409 when somebody else was quicker (zimfarm.md §19.5). */
async function take({ ctx, params: [id], body }: Call) {
  const { worker_name } = check(takeWire, await body())
  const taskId = check(idPath, { id }).id
  if (ctx.settings.schedulerOff) return nothing(204)
  const worker = await orNotFound('Worker not found', workerByName(ctx, worker_name))
  const waiting = await orNotFound('Requested task not found', getTask(ctx, taskId))
  if (waiting.status !== 'requested') throw new CroftError('not_found', 'Requested task not found')
  if (ctx.actor.kind === 'account' && ctx.actor.role !== 'admin' && ctx.actor.accountId !== worker.accountId)
    throw new CroftError('forbidden', 'this worker belongs to another account')
  const lease = await claimTask(ctx, worker, taskId)
  if (lease === null) throw new CroftError('conflict', 'another worker was quicker')
  return ok(await document(ctx, await getTask(ctx, taskId), false), 201)
}

async function report({ ctx, params: [id], body }: Call) {
  const told = check(event, await body())
  const { id: taskId } = await takenTask(ctx, id)
  const teller = ctx.actor.kind === 'anonymous' ? '' : ctx.actor.username
  await gone(remoteReport(ctx, taskId, toReport(told, teller, check)))
  return nothing(204)
}

/** Only what still goes on can be canceled, and only once. */
async function cancel({ ctx, params: [id] }: Call) {
  const task = await takenTask(ctx, id)
  if (!cancellable(task)) throw notFound()
  await gone(cancelTask(ctx, task.id))
  return nothing(204)
}

export const tasks: Route[] = [
  { method: 'GET', path: '/tasks', access: 'optional', handle: list },
  { method: 'GET', path: '/tasks/:id', access: 'optional', handle: read },
  { method: 'POST', path: '/tasks/:id', access: 'tasks.create', handle: take },
  { method: 'PATCH', path: '/tasks/:id', access: 'tasks.update', handle: report },
  { method: 'POST', path: '/tasks/:id/cancel', access: 'tasks.cancel', handle: cancel },
]
