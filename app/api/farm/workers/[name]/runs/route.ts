import { workerRuns } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { timeline } from '#lib/services/workers/runs'

export const GET = route(workerRuns, async ({ ctx, params, query }) => {
  const [lane] = await timeline(ctx, { from: new Date(query.from), to: new Date(query.to), worker: params.name })
  return lane
})
