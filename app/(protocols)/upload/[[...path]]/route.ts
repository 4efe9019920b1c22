import { handleUpload } from '#lib/http/upload'
import { runtime } from '#lib/services/runtime'

export const dynamic = 'force-dynamic'
async function handler(request: Request): Promise<Response> {
  const { context } = await runtime()
  return handleUpload(context, request)
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
