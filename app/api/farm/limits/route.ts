import { listLimits, removeLimit, setLimit } from '#lib/contract/rules'
import { route } from '#lib/http/route'
import { listLimits as list, removeLimit as remove, setLimit as set } from '#lib/services/limits/limits'

export const GET = route(listLimits, async ({ ctx }) => ({ items: await list(ctx) }))
export const PUT = route(setLimit, ({ ctx, body }) => set(ctx, body))
export const DELETE = route(removeLimit, ({ ctx, query }) => remove(ctx, query))
