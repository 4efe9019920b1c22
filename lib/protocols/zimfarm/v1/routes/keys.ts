import type { Scope } from '#lib/core/access'
import { addKey, findKey, listKeys, removeKey, type KeyRow } from '#lib/services/keys/manage'
import type { Context } from '#lib/services/context'
import { CroftError } from '#lib/core/error'
import { v1Scope } from '../access'
import { require } from '../auth'
import { check, orNotFound } from '../errors'
import { plainDate } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { keyQuery, newKey } from '../wire'

export const toKey = (row: KeyRow) => ({
  name: row.name,
  type: row.type,
  fingerprint: row.md5,
  key: row.key,
  added: plainDate(row.addedAt),
  pkcs8_key: row.pem,
})

/** One's own keys, else users.ssh_keys; asked before it is known whether there is such a user (zimfarm.md §3, §4.7). */
function own(ctx: Context, username: string): void {
  if (ctx.actor.kind !== 'account' || ctx.actor.username !== username) require(ctx.actor, 'users.ssh_keys')
}

async function list({ ctx, params: [username = ''] }: Call) {
  own(ctx, username)
  return ok((await listKeys(ctx, username)).map(toKey))
}

async function add({ ctx, params: [username = ''], body }: Call) {
  own(ctx, username)
  const { name, key } = check('E2', newKey, await body())
  await addKey(ctx, { username, name, key, types: ['RSA'] })
  return nothing(201)
}

/** What the gate of the uploads asks: whose key is this, and may its user upload? `-` is any user (zimfarm.md §4.8). */
async function find({ ctx, params: [username = '', fingerprint = ''], query }: Call) {
  const { with_permission: wanted = [] } = check('E3', keyQuery, query)
  const has = ({ role, scope }: { role: string; scope: Scope }) => {
    const told = v1Scope(role, scope)
    return wanted.every((permission) => {
      const [namespace = '', name = '', ...rest] = permission.split('.')
      return rest.length === 0 && told[namespace]?.[name] === true
    })
  }
  try {
    const { key, account } = await findKey(ctx, { fingerprint, username: username === '-' ? null : username }, has)
    return ok({ username: account.username, key: key.key, type: key.type, name: key.name })
  } catch (error) {
    if (error instanceof CroftError && error.code === 'not_found') return nothing(404)
    throw error
  }
}

async function remove({ ctx, params: [username = '', fingerprint = ''] }: Call) {
  own(ctx, username)
  await orNotFound('Resource Not Found', removeKey(ctx, username, fingerprint))
  return nothing(204)
}

export const keys: Route[] = [
  { method: 'GET', path: '/users/:name/keys', access: 'token', summary: "A user's keys", handle: list },
  {
    method: 'POST',
    path: '/users/:name/keys',
    access: 'token',
    summary: 'Adds an RSA key',
    takes: { body: newKey },
    handle: add,
  },
  {
    method: 'GET',
    path: '/users/:name/keys/:fingerprint',
    access: 'optional',
    summary: 'Whose key it is; `-` stands for any user',
    takes: { query: keyQuery },
    handle: find,
  },
  {
    method: 'DELETE',
    path: '/users/:name/keys/:fingerprint',
    access: 'token',
    summary: 'Removes a key',
    handle: remove,
  },
]
