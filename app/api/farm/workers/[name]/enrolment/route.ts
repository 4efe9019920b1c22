import { enrolWorker } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { agentCommand, enrolWorker as enrol } from '#lib/services/workers/enrol'

export const POST = route(enrolWorker, async ({ ctx, params, body }) => {
  const enrolment = await enrol(ctx, { ...params, owner: body.owner, endsAt: new Date(body.endsAt) })
  return { ...enrolment, command: agentCommand(ctx.settings.publicUrl, enrolment) }
})
