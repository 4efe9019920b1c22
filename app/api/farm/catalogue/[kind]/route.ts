import { addManaged, listManaged, removeManaged } from '#lib/contract/admin'
import { route } from '#lib/http/route'
import { addManaged as add, listManaged as list, removeManaged as remove } from '#lib/services/managed/values'

export const GET = route(listManaged, async ({ ctx, params }) => ({ items: await list(ctx, params.kind) }))
export const POST = route(addManaged, ({ ctx, params, body }) => add(ctx, params.kind, body))
export const DELETE = route(removeManaged, ({ ctx, params, query }) => remove(ctx, params.kind, query.value))
