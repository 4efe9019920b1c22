import { importZimfarm } from '#lib/contract/import'
import { route } from '#lib/http/route'
import { importZimfarm as take } from '#lib/protocols/zimfarm/import'

export const POST = route(importZimfarm, async ({ ctx, body }) => ({ items: await take(ctx, body) }))
