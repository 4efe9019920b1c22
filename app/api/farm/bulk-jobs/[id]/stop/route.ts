import { stopBulkJob } from '#lib/contract/bulk'
import { route } from '#lib/http/route'
import { stopBulk } from '#lib/services/bulk/read'

export const POST = route(stopBulkJob, ({ ctx, params }) => stopBulk(ctx, params.id))
