import { handleV1 } from '#lib/protocols/zimfarm/v1/handler'
import { runtime } from '#lib/services/runtime'

export const dynamic = 'force-dynamic'
async function handler(request: Request): Promise<Response> {
  const { context } = await runtime()
  return handleV1(context, request, new URL(request.url).pathname.replace(/^\/v1/, ''))
}

export {
  handler as DELETE,
  handler as GET,
  handler as HEAD,
  handler as OPTIONS,
  handler as PATCH,
  handler as POST,
  handler as PUT,
}
