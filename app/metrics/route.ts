import { metrics } from '#lib/services/health/metrics'
import { runtime } from '#lib/services/runtime'

export const dynamic = 'force-dynamic'
export async function GET() {
  const { contentType, text } = await metrics(await runtime())
  return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } })
}
