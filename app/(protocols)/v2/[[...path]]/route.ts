import { handleV2 } from '#lib/protocols/zimfarm/v2/handler'
import { runtime } from '#lib/services/runtime'

export const dynamic = 'force-dynamic'
async function handler(request: Request): Promise<Response> {
  const { context } = await runtime()
  return handleV2(context, request, new URL(request.url).pathname.replace(/^\/v2/, ''))
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
