import { getBulkJob } from '#lib/contract/bulk'
import { route } from '#lib/http/route'
import { getBulk } from '#lib/services/bulk/read'

export const GET = route(getBulkJob, ({ ctx, params }) => getBulk(ctx, params.id))
