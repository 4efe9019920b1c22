import { takeTask } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { awaitTask } from '#lib/services/workers/await-task'

export const POST = route(takeTask, async ({ ctx, params, body, request }) => ({
  lease: await awaitTask(ctx, {
    worker: params.name,
    available: body.available,
    waitSeconds: body.wait,
    signal: request.signal,
  }),
}))
