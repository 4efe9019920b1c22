import { renewLeases } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { ownedWorker } from '#lib/services/workers/list'
import { renewLeases as renew } from '#lib/services/tasks/renew'

export const POST = route(renewLeases, async ({ ctx, params, body }) => {
  const worker = await ownedWorker(ctx, params.name)
  return { leases: await renew(ctx, { workerId: worker.id, held: body.held }) }
})
