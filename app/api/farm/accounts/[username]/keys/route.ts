import { addKey, listKeys, removeKey } from '#lib/contract/account'
import { route } from '#lib/http/route'
import { addKey as add, listKeys as list, removeKey as remove } from '#lib/services/keys/manage'

export const GET = route(listKeys, async ({ ctx, params }) => ({ items: await list(ctx, params.username) }))
export const POST = route(addKey, ({ ctx, params, body }) => add(ctx, { ...params, ...body }))
export const DELETE = route(removeKey, ({ ctx, params, query }) => remove(ctx, params.username, query.sha256))
