import { CroftError } from '#lib/core/error'
import { RESOURCE_NAMES } from '#lib/core/resources'
import { dateV2, taskItemV2 } from '#lib/core/task-document-v2'
import { displayNames } from '#lib/services/accounts/names'
import type { Context } from '#lib/services/context'
import { newestImage } from '#lib/services/images/newest'
import { keysOf } from '#lib/services/keys/manage'
import { configureWorker } from '#lib/services/workers/configure'
import { createWorker } from '#lib/services/workers/create'
import { workerByName } from '#lib/services/workers/poll'
import { registerWorker } from '#lib/services/workers/register'
import { searchWholeWorkers, wholeWorker, type WholeWorker } from '#lib/services/workers/whole'
import { BadRequest, check, orNotFound } from '../errors'
import { page } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { checkIn, newWorker, workerPatch, workersQuery } from '../wire'
import { toKey } from './worker-keys'

const gone = <T>(work: Promise<T>) => orNotFound('Worker not found', work)

const toItem = (worker: WholeWorker) => ({
  name: worker.name,
  username: worker.owner,
  status: worker.online ? 'online' : 'offline',
  last_seen: worker.lastSeenAt === null ? null : dateV2(worker.lastSeenAt),
  selfish: worker.selfish,
  cordoned: worker.cordoned !== null,
  admin_disabled: worker.disabledSince !== null,
  offliners: worker.taskTypes,
  platforms: worker.platforms,
  contexts: worker.addresses,
  ip_changed: worker.addressChanged,
  docker_image: worker.image,
  resources: { total: worker.resources, available: worker.available },
})

async function list({ ctx, query }: Call) {
  const { hide_offlines, ...paging } = check(workersQuery, query)
  const { items, count } = await searchWholeWorkers(ctx, { ...paging, onlineOnly: hide_offlines })
  return ok(page(paging, count, items.map(toItem)))
}

async function read({ ctx, params: [name = ''] }: Call) {
  const worker = await gone(wholeWorker(ctx, name))
  const { running, tasks } = worker.record
  const nameOf = await displayNames(
    ctx,
    running.map((task) => task.requestedBy),
  )
  const used = (resource: (typeof RESOURCE_NAMES)[number]) =>
    Math.max(0, worker.resources[resource] - worker.available[resource])
  return ok({
    ...toItem(worker),
    last_ip: worker.lastIp,
    running_tasks: running.map((task) => taskItemV2(task, nameOf)),
    nb_tasks_total: tasks.total,
    nb_tasks_completed: tasks.completed,
    nb_tasks_succeeded: tasks.succeeded,
    nb_tasks_failed: tasks.failed,
    ssh_keys: (await keysOf(ctx, worker.accountId)).map(toKey),
    current_usage: Object.fromEntries(RESOURCE_NAMES.map((resource) => [resource, used(resource)])),
  })
}

async function create({ ctx, body }: Call) {
  const { name, ssh_key } = check(newWorker, await body())
  await createWorker(ctx, { name, key: ssh_key.key })
  return nothing(201)
}

/** What is left out stays as it is; in the original, contexts that are left out are emptied. */
async function configure({ ctx, params: [name = ''], body }: Call) {
  const { contexts, admin_disabled } = check(workerPatch, await body())
  const disabled =
    admin_disabled === undefined ? undefined : admin_disabled ? { reason: 'taken out of service over the API' } : null
  await gone(configureWorker(ctx, name, { contexts, disabled }))
  return nothing(204)
}

/** What the newest worker is, where the registry tells it: a check-in does not fail for that. */
async function newestOrNull(ctx: Context) {
  try {
    return await newestImage(ctx)
  } catch (error) {
    if (error instanceof CroftError) return null
    throw error
  }
}

/** A worker says what it has; it must be there already, and the caller's (zimfarm.md §19.6). */
async function check_in({ ctx, params: [name = ''], body }: Call) {
  const told = check(checkIn, await body())
  const worker = await gone(workerByName(ctx, name))
  if (ctx.actor.kind !== 'account' || ctx.actor.accountId !== worker.accountId)
    throw new BadRequest('a worker is checked in by its own account')
  await registerWorker(ctx, {
    name,
    kind: 'zimfarm',
    accountId: worker.accountId,
    resources: { cpu: told.cpu, memory: told.memory, disk: told.disk },
    taskTypes: told.offliners,
    platforms: told.platforms ?? {},
    selfish: told.selfish ?? false,
    cordoned: told.cordoned ?? false,
    image: told.docker_image,
    version: null,
  })
  return ok({ worker_manager: await newestOrNull(ctx) })
}

async function image({ ctx }: Call) {
  try {
    return ok(await newestImage(ctx))
  } catch (error) {
    throw error instanceof CroftError ? new BadRequest(error.message) : error
  }
}

export const workers: Route[] = [
  { method: 'GET', path: '/workers', access: 'optional', handle: list },
  { method: 'POST', path: '/workers', access: 'workers.create', handle: create },
  { method: 'GET', path: '/workers/image/latest', access: 'optional', handle: image },
  { method: 'GET', path: '/workers/:name', access: 'optional', handle: read },
  { method: 'PUT', path: '/workers/:name', access: 'workers.update', handle: configure },
  { method: 'PUT', path: '/workers/:name/check-in', access: 'token', handle: check_in },
]
