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
import { check, WireError } from '../errors'
import { page } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
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
  return ok({ ...item(row), scope: v1Scope(row.role, row.scope as Scope), ssh_keys: [] })
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
  if (!value.success) throw new WireError('E2', { new: ['is needed'] })
  await changePassword(ctx, username, { current: value.data.current, next: value.data.new })
  return nothing(204)
}

export const users: Route[] = [
  { method: 'GET', path: '/users/', access: 'users.read', handle: list },
  { method: 'POST', path: '/users/', access: 'users.create', handle: create },
  { method: 'GET', path: '/users/:name', access: 'token', handle: (call) => bare(read(call)) },
  { method: 'PATCH', path: '/users/:name', access: 'users.update', handle: (call) => bare(update(call)) },
  { method: 'DELETE', path: '/users/:name', access: 'users.delete', handle: (call) => bare(remove(call)) },
  { method: 'PATCH', path: '/users/:name/password', access: 'token', handle: (call) => bare(password(call)) },
]
