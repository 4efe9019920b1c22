import { readiness } from '#lib/services/health/ready'
import { runtime } from '#lib/services/runtime'

export const dynamic = 'force-dynamic'
export async function GET() {
  const state = await readiness(await runtime())
  return Response.json(state, { status: state.ready ? 200 : 503, headers: { 'cache-control': 'no-store' } })
}
