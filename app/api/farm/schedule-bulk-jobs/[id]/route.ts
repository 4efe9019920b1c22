import { getScheduleBulk } from '#lib/contract/schedule-bulk'
import { route } from '#lib/http/route'
import { getBulk } from '#lib/services/bulk/read'

export const GET = route(getScheduleBulk, ({ ctx, params }) => getBulk(ctx, params.id))
