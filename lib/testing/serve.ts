import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'

/** A handler of requests behind a real HTTP server, for clients that are programs of their own. */
export async function serve(handle: (request: Request) => Promise<Response>) {
  const server = createServer((incoming, outgoing) => {
    const hasBody = !['GET', 'HEAD'].includes(incoming.method ?? '')
    const headers = new Headers()
    for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, [value].flat().join(', '))
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method,
      headers,
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' }),
    })
    void handle(request).then(async (response) => {
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.end(Buffer.from(await response.arrayBuffer()))
    })
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
