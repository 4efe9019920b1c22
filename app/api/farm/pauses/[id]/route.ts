import { endPause } from '#lib/contract/rules'
import { route } from '#lib/http/route'
import { endPause as end } from '#lib/services/pauses/end'

export const DELETE = route(endPause, ({ ctx, params }) => end(ctx, params.id))
