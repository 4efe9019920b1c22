import type { Scope } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { createAccount } from '#lib/services/accounts/create'
import {
  changePassword,
  deleteAccount,
  readAccount,
  searchAccounts,
  updateAccount,
  type AccountRow,
} from '#lib/services/accounts/manage'
import { v1Role, v1Scope } from '../access'
import { keysOf } from '#lib/services/keys/manage'
import { check, simple } from '../errors'
import { page } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { toKey } from './keys'
import { newUser, pageQuery, passwordChange, userPatch } from '../wire'

const item = ({ username, email, role }: AccountRow) => ({ username, email, role: v1Role(role) })

/** Unknown accounts are a 404 without a body here (zimfarm.md §4). */
async function bare(work: Promise<Response>): Promise<Response> {
  try {
    return await work
  } catch (error) {
    if (error instanceof CroftError && error.code === 'not_found') return nothing(404)
    throw error
  }
}

async function list({ ctx, query }: Call) {
  const { skip, limit } = check('E3', pageQuery, query)
  const { items, count } = await searchAccounts(ctx, { skip, limit })
  return ok(page(skip, limit, count, items.map(item)))
}

async function create({ ctx, body }: Call) {
  const { id } = await createAccount(ctx, check('E2', newUser, await body()))
  return ok({ _id: id })
}

async function read({ ctx, params: [username = ''] }: Call) {
  const row = await readAccount(ctx, username)
  const ssh_keys = (await keysOf(ctx, row.id)).map(toKey)
  return ok({ ...item(row), scope: v1Scope(row.role, row.scope as Scope), ssh_keys })
}

async function update({ ctx, params: [username = ''], body }: Call) {
  await updateAccount(ctx, username, check('E3', userPatch, await body()))
  return nothing(204)
}

async function remove({ ctx, params: [username = ''] }: Call) {
  await deleteAccount(ctx, username)
  return nothing(204)
}

async function password({ ctx, params: [username = ''], body }: Call) {
  const value = passwordChange.safeParse(await body())
  if (!value.success) return simple(400, 'give the new password as new, and the current one as current if it is yours')
  await changePassword(ctx, username, { current: value.data.current, next: value.data.new })
  return nothing(204)
}

export const users: Route[] = [
  {
    method: 'GET',
    path: '/users/',
    access: 'users.read',
    summary: 'Users by name',
    takes: { query: pageQuery },
    handle: list,
  },
  {
    method: 'POST',
    path: '/users/',
    access: 'users.create',
    summary: 'Makes a user',
    takes: { body: newUser },
    handle: create,
  },
  {
    method: 'GET',
    path: '/users/:name',
    access: 'token',
    summary: 'A user, with scope and keys',
    handle: (call) => bare(read(call)),
  },
  {
    method: 'PATCH',
    path: '/users/:name',
    access: 'users.update',
    summary: "Changes a user's address or role",
    takes: { body: userPatch },
    handle: (call) => bare(update(call)),
  },
  {
    method: 'DELETE',
    path: '/users/:name',
    access: 'users.delete',
    summary: 'Deletes a user; the name stays taken',
    handle: (call) => bare(remove(call)),
  },
  {
    method: 'PATCH',
    path: '/users/:name/password',
    access: 'token',
    summary: 'Changes a password',
    takes: { body: passwordChange },
    handle: (call) => bare(password(call)),
  },
]
