import { deleteAccount, getAccount, updateAccount } from '#lib/contract/account'
import { route } from '#lib/http/route'
import { deleteAccount as remove, updateAccount as update } from '#lib/services/accounts/manage'
import { accountDetails } from '#lib/services/accounts/show'

export const GET = route(getAccount, ({ ctx, params }) => accountDetails(ctx, params.username))
export const PATCH = route(updateAccount, async ({ ctx, params, body }) => {
  await update(ctx, params.username, body)
  return accountDetails(ctx, params.username)
})
export const DELETE = route(deleteAccount, ({ ctx, params }) => remove(ctx, params.username))
