import { addPause, listPauses } from '#lib/contract/rules'
import { route } from '#lib/http/route'
import { addPause as add } from '#lib/services/pauses/add'
import { listPauses as list } from '#lib/services/pauses/list'

export const GET = route(listPauses, async ({ ctx }) => ({ items: await list(ctx) }))
export const POST = route(addPause, ({ ctx, body }) =>
  add(ctx, { ...body, until: body.until === null ? null : new Date(body.until) }),
)
