import { CUSTOM_ROLE, exceeds, type Scope } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { createAccount } from '#lib/services/accounts/create'
import {
  accountOf,
  changePassword,
  deleteAccount,
  readAccount,
  searchAccounts,
  updateAccount,
  type AccountRow,
} from '#lib/services/accounts/manage'
import type { Context } from '#lib/services/context'
import { fromV2Scope, v2May, v2Scope, type V2Scope } from '../access'
import { BadRequest, check } from '../errors'
import { page } from '../mapper'
import { nothing, ok, type Call, type Route } from '../route'
import { accountPatch, accountsQuery, newAccount, passwordChange } from '../wire'

/** An account that was made without a user name is kept under its id. */
const nameOf = ({ id, username }: AccountRow) => (username === id ? null : username)

export const toAccount = (row: AccountRow) => ({
  id: row.id,
  username: nameOf(row),
  display_name: row.displayName || row.username,
  has_password: row.passwordHash !== null,
  role: row.role,
  idp_sub: row.idpSub,
  scope: v2Scope(row.role, row.scope as Scope),
})

/** Nobody but an administrator gives, or touches an account that has, more than he has himself at this door. */
function guardScope({ actor }: Context, { role, scope }: AccountRow, given?: V2Scope): void {
  if (actor.kind !== 'account' || actor.role === 'admin') return
  const own = v2Scope(actor.role, actor.scope)
  const wider = (other: V2Scope) => exceeds(other, own)
  if ((role === CUSTOM_ROLE && wider(v2Scope(role, scope as Scope))) || (given !== undefined && wider(given)))
    throw new CroftError('forbidden', 'only an admin may do this with permissions that you do not have yourself')
}

/** A name that is taken is a bad request here, not a conflict (zimfarm.md §16). */
async function orTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof CroftError && error.code === 'conflict' ? new BadRequest(error.message) : error
  }
}

async function list({ ctx, query }: Call) {
  const { skip, limit, username, show_workers, show_viewers } = check(accountsQuery, query)
  const without = [...(show_workers ? [] : ['worker']), ...(show_viewers ? [] : ['viewer'])]
  const { items, count } = await searchAccounts(ctx, { skip, limit, called: username, without })
  return ok(page({ skip, limit }, count, items.map(toAccount)))
}

async function create({ ctx, body }: Call) {
  const { username, display_name, password, role, idp_sub } = check(newAccount, await body())
  const { id } = await orTaken(
    createAccount(ctx, {
      username: username ?? null,
      displayName: display_name ?? username,
      password: password ?? null,
      email: null,
      role,
      idpSub: idp_sub ?? null,
    }),
  )
  return ok(toAccount(await accountOf(ctx, id)))
}

async function read({ ctx, params: [which = ''] }: Call) {
  const { username } = await accountOf(ctx, which)
  return ok(toAccount(await readAccount(ctx, username)))
}

async function update({ ctx, params: [which = ''], body }: Call) {
  const { role, scope, username, display_name, idp_sub } = check(accountPatch, await body())
  const row = await accountOf(ctx, which)
  const ours = scope === undefined ? undefined : fromV2Scope(scope)
  guardScope(ctx, row, ours === undefined ? undefined : v2Scope(CUSTOM_ROLE, ours))
  await orTaken(
    updateAccount(ctx, row.username, {
      role,
      scope: ours,
      username,
      displayName: display_name,
      idpSub: idp_sub,
    }),
  )
  return nothing(204)
}

/** Deleting what is deleted already changes nothing (zimfarm.md §17.4). */
async function remove({ ctx, params: [which = ''] }: Call) {
  const row = await accountOf(ctx, which, { deleted: true })
  guardScope(ctx, row)
  if (row.deletedAt === null) await deleteAccount(ctx, row.username)
  return nothing(204)
}

async function password({ ctx, params: [which = ''], body }: Call) {
  const { current, new: next } = check(passwordChange, await body())
  const row = await accountOf(ctx, which)
  const { username } = row
  if (!(ctx.actor.kind === 'account' && ctx.actor.accountId === row.id)) guardScope(ctx, row)
  const trusted = v2May(ctx.actor, 'accounts.change_password')
  await changePassword(ctx, username, { current, next, trusted })
  return nothing(204)
}

export const accounts: Route[] = [
  { method: 'GET', path: '/accounts', access: 'accounts.read', handle: list },
  { method: 'POST', path: '/accounts', access: 'accounts.create', handle: create },
  { method: 'GET', path: '/accounts/:name', access: 'token', handle: read },
  { method: 'PATCH', path: '/accounts/:name', access: 'accounts.update', handle: update },
  { method: 'DELETE', path: '/accounts/:name', access: 'accounts.delete', handle: remove },
  { method: 'PATCH', path: '/accounts/:name/password', access: 'token', handle: password },
]
