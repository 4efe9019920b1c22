import { stopScheduleBulk } from '#lib/contract/schedule-bulk'
import { route } from '#lib/http/route'
import { stopBulk } from '#lib/services/bulk/read'

export const POST = route(stopScheduleBulk, ({ ctx, params }) => stopBulk(ctx, params.id))
