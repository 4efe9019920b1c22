import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import next from 'next'
import routes from 'croft:routes'
import { toNodeHandler } from 'srvx/node'
import { LENGTH } from '#lib/http/length'
import { SECURITY_HEADERS } from '#lib/http/security-headers'
import { handlerOf, RouteTable } from './table'

// The web process: route handlers answer straight from Node's HTTP server, pages come from Next (docs/decisions/0012).
const host = process.env.HOST ?? '127.0.0.1'
const port = Number(process.env.PORT ?? 3000)
/** A worker may send a big file for that long. */
const REQUEST_MS = 24 * 3_600_000

const app = next({ dev: false, hostname: host, port })
const page = app.getRequestHandler()
const table = new RouteTable(routes)

const respond = toNodeHandler(async (request) => {
  const { pathname } = new URL(request.url)
  const found = table.find(pathname)
  const handler = found === null ? null : handlerOf(found.module, request.method)
  if (found === null || handler === null) throw new Error(`no handler for ${request.method} ${pathname}`)
  return dressed(request, await handler(request, { params: Promise.resolve(found.params) }))
})

/** What Next would add to an answer. */
function dressed(request: Request, response: Response): Response {
  const { headers } = response
  for (const { key, value } of SECURITY_HEADERS) headers.set(key, value)
  const length = headers.get(LENGTH)
  if (length !== null) {
    headers.delete(LENGTH)
    headers.set('content-length', length)
  }
  // Browsers get lists over long ways; programs poll often, and over short ones.
  const browser = request.headers.has('sec-fetch-mode') && /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')
  if (!browser || response.body === null || headers.get('content-type') !== 'application/json') return response
  headers.set('content-encoding', 'gzip')
  headers.append('vary', 'accept-encoding')
  headers.delete('content-length')
  return new Response(response.body.pipeThrough(new CompressionStream('gzip')), response)
}

function isOurs({ url = '/', method = 'GET' }: IncomingMessage): boolean {
  const path = url.split('?', 1)[0] ?? ''
  if (!isWellEncoded(path)) return false
  const found = table.find(path)
  return found !== null && handlerOf(found.module, method) !== null
}

function isWellEncoded(path: string): boolean {
  if (!path.includes('%')) return true
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** srvx's handler also serves HTTP/2, which nobody speaks here. */
const answered = respond as (request: IncomingMessage, response: ServerResponse) => unknown

function handle(request: IncomingMessage, response: ServerResponse): void {
  if (!isOurs(request)) {
    void page(request, response)
    return
  }
  // lib/http/peer.ts has noted who calls; what the client itself wrote there must not be found either.
  const peer = String(request.headers['x-forwarded-for'])
  const { rawHeaders } = request
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2)
    if (rawHeaders[at]?.toLowerCase() === 'x-forwarded-for') rawHeaders.splice(at, 2)
  rawHeaders.push('x-forwarded-for', peer)
  void answered(request, response)
}

await app.prepare()
const server = createServer({ requestTimeout: REQUEST_MS }, handle)
server.on('error', (error) => {
  process.stderr.write(`the web process cannot listen on ${host}:${port}: ${error.message}\n`)
  process.exit(1)
})
server.listen(port, host)
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    server.close(() => process.exit(0))
    server.closeIdleConnections()
  })
