import { listBreakers, resetBreaker } from '#lib/contract/rules'
import { route } from '#lib/http/route'
import { listBreakers as list } from '#lib/services/breakers/list'
import { resetBreaker as reset } from '#lib/services/breakers/reset'

export const GET = route(listBreakers, async ({ ctx }) => ({ items: await list(ctx) }))
export const DELETE = route(resetBreaker, ({ ctx, query }) => reset(ctx, query))
