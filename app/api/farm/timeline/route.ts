import { timeline } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { listWorkers } from '#lib/services/workers/list'
import { timeline as lanesOf } from '#lib/services/workers/runs'

/** So many runs of each worker are drawn when many workers are. */
const PER_WORKER = 100

export const GET = route(timeline, async ({ ctx, query: { from, to, ...search } }) => {
  const { items, next } = await listWorkers(ctx, search)
  const names = items.map((worker) => worker.name)
  const lanes = await lanesOf(ctx, { from: new Date(from), to: new Date(to), names, perWorker: PER_WORKER })
  return { items: lanes, next }
})
