import { agentProgram } from '#lib/contract/worker'
import { route } from '#lib/http/route'
import { agentProgram as program } from '#lib/services/farm/agent-program'

export const GET = route(agentProgram, async ({ request }) => {
  const { bytes, sha256 } = await program()
  const headers = {
    etag: `"${sha256}"`,
    'cache-control': 'no-cache',
    'content-type': 'text/javascript; charset=utf-8',
    'content-disposition': 'attachment; filename="croft-agent.mjs"',
    'x-content-type-options': 'nosniff',
  }
  if (request.headers.get('if-none-match') === headers.etag) return new Response(null, { status: 304, headers })
  return new Response(new Uint8Array(bytes), { headers })
})
