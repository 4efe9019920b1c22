import { CroftError } from '#lib/core/error'
import { accountByName } from '#lib/services/accounts/manage'
import { searchWorkers } from '#lib/services/workers/list'
import { registerWorker } from '#lib/services/workers/register'
import { workerByName } from '#lib/services/workers/poll'
import { check } from '../errors'
import { page, toWorkerItem } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { pageQuery, wireOf } from '../wire'

async function list({ ctx, query }: Call) {
  const { skip, limit } = check('E3', pageQuery, query)
  const { items, count } = await searchWorkers(ctx, { skip, limit })
  return ok(page(skip, limit, count, items.map(toWorkerItem)))
}

/** A worker says what it has. It stays with the account of its first check-in (zimfarm.md §7.7). */
async function check_in({ ctx, params: [name = ''], body }: Call) {
  const { username, cpu, memory, disk, offliners, selfish, platforms } = check(
    'E2',
    wireOf(await ctx.taskTypes.current()).checkIn,
    await body(),
  )
  const account = await accountByName(ctx, username).catch((error: unknown) => {
    throw error instanceof CroftError ? new CroftError('invalid', `there is no user ${username}`) : error
  })
  const known = await workerByName(ctx, name).catch(() => null)
  const owner = known?.accountId ?? account.id
  if (ctx.actor.kind !== 'account' || (ctx.actor.role !== 'admin' && ctx.actor.accountId !== owner)) {
    throw new CroftError('forbidden', 'a worker is checked in by its own account')
  }
  await registerWorker(ctx, {
    name,
    kind: 'zimfarm',
    accountId: owner,
    resources: { cpu, memory, disk },
    taskTypes: offliners,
    platforms,
    selfish,
    version: null,
  })
  return nothing(204)
}

export const workers: Route[] = [
  {
    method: 'GET',
    path: '/workers/',
    access: 'optional',
    summary: 'Workers by name',
    takes: { query: pageQuery },
    handle: list,
  },
  {
    method: 'PUT',
    path: '/workers/:name/check-in',
    access: 'token',
    summary: 'A worker says what it has',
    takes: { body: (wire) => wire.checkIn },
    handle: check_in,
  },
]
