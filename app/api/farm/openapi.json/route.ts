import { openApi } from '#lib/http/openapi'
import { runtime } from '#lib/services/runtime'

export const dynamic = 'force-dynamic'
export async function GET() {
  const { context } = await runtime()
  return Response.json(openApi(context.settings.publicUrl), { headers: { 'access-control-allow-origin': '*' } })
}
