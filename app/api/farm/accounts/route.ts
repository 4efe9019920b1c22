import { createAccount, listAccounts } from '#lib/contract/account'
import { route } from '#lib/http/route'
import { createAccount as create } from '#lib/services/accounts/create'
import { listAccounts as list } from '#lib/services/accounts/list'

export const GET = route(listAccounts, ({ ctx, query }) => list(ctx, query))
export const POST = route(createAccount, ({ ctx, body }) => create(ctx, body))
