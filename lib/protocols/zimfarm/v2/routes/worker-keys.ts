import { CroftError } from '#lib/core/error'
import type { Context } from '#lib/services/context'
import { addKey, findKey, keysOf, removeKey, type KeyRow } from '#lib/services/keys/manage'
import { publicLine } from '#lib/services/keys/parse'
import { workerByName } from '#lib/services/workers/poll'
import { workersOf } from '#lib/services/workers/names'
import { dateV2 } from '#lib/core/task-document-v2'
import { isV2Permission, v2Allows, v2May } from '../access'
import { check, failure, orNotFound } from '../errors'
import { pageOf } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { newKey, pageQuery, withPermission } from '../wire'

export const toKey = (key: KeyRow) => ({
  key: publicLine(key),
  name: key.name,
  type: key.type,
  added: dateV2(key.addedAt),
  fingerprint: `SHA256:${key.sha256}`,
})

/** A worker's keys are its account's; the account itself may change them, and whoever may change all keys. */
async function accountOf(ctx: Context, name: string): Promise<string> {
  const worker = await orNotFound('Worker not found', workerByName(ctx, name))
  const own = ctx.actor.kind === 'account' && ctx.actor.accountId === worker.accountId
  if (!own && !v2May(ctx.actor, 'workers.ssh_keys'))
    throw new CroftError('forbidden', 'you do not have the permission workers.ssh_keys')
  return worker.account.username
}

async function add({ ctx, params: [name = ''], body }: Call) {
  const { key } = check(newKey, await body())
  return ok(toKey(await addKey(ctx, { username: await accountOf(ctx, name), key })))
}

async function list({ ctx, params: [name = ''], query }: Call) {
  const paging = check(pageQuery, query)
  const worker = await orNotFound('Worker not found', workerByName(ctx, name))
  return ok(pageOf(paging, (await keysOf(ctx, worker.accountId)).map(toKey)))
}

async function remove({ ctx, params: [name = '', fingerprint = ''] }: Call) {
  await orNotFound('Key not found', removeKey(ctx, await accountOf(ctx, name), fingerprint))
  return nothing(204)
}

/** For gates that let uploads in: whose key it is, and whether its account may (zimfarm.md §19.6). */
async function find({ ctx, params: [name = '', fingerprint = ''], query }: Call) {
  const wanted = check(withPermission, query).with_permission ?? []
  const which = { fingerprint, username: null, ...(name !== '-' && { worker: name }) }
  try {
    const { key, account } = await findKey(ctx, which, ({ role, scope }) =>
      wanted.every((permission) => isV2Permission(permission) && v2Allows(role, scope, permission)),
    )
    const [worker] = name === '-' ? await workersOf(ctx, account.id) : [name]
    return ok({ key: publicLine(key), name: key.name, type: key.type, worker_name: worker ?? account.username })
  } catch (error) {
    if (error instanceof CroftError && error.code === 'forbidden')
      return failure(401, error.message, undefined, { 'www-authenticate': 'Bearer' })
    throw error
  }
}

export const workerKeys: Route[] = [
  { method: 'GET', path: '/workers/:name/keys', access: 'workers.ssh_keys', handle: list },
  { method: 'POST', path: '/workers/:name/keys', access: 'token', handle: add },
  // A fingerprint may hold slashes.
  { method: 'GET', path: '/workers/:name/keys/*', access: 'open', handle: find },
  { method: 'DELETE', path: '/workers/:name/keys/*', access: 'token', handle: remove },
]
