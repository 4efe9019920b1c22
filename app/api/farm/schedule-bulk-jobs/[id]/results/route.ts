import { scheduleBulkResults } from '#lib/contract/schedule-bulk'
import { route } from '#lib/http/route'
import { bulkResults } from '#lib/services/bulk/read'

export const GET = route(scheduleBulkResults, async ({ ctx, params, query: { failed, ...page } }) => {
  const wanted = failed === undefined ? undefined : failed === 'true'
  const results = await bulkResults(ctx, { id: params.id, failed: wanted, ...page })
  return { ...results, items: results.items.map(({ taskId, ...result }) => ({ ...result, scheduleId: taskId })) }
})
