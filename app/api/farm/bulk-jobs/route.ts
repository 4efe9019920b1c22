import { createBulkJob, listBulkJobs } from '#lib/contract/bulk'
import { route } from '#lib/http/route'
import { createBulk } from '#lib/services/bulk/create'
import { listBulk } from '#lib/services/bulk/read'

export const GET = route(listBulkJobs, ({ ctx, query }) => listBulk(ctx, query))
export const POST = route(createBulkJob, ({ ctx, body }) => createBulk(ctx, body))
