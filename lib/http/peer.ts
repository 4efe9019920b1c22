import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

const NAME = 'x-forwarded-for'

/**
 * Notes in `x-forwarded-for` the one address that each request of this process comes from: that of the connection, or, behind so many proxies
 * that are trusted, the one that the farthest of them saw. What a client writes there itself counts for nothing.
 */
export function notePeers(trustedProxies: number): void {
  const shared = globalThis as typeof globalThis & { croftNotesPeers?: true }
  if (shared.croftNotesPeers === true) return
  shared.croftNotesPeers = true
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage }
    const { remoteAddress } = request.socket
    const address = peerOf(request.headers[NAME], remoteAddress, trustedProxies)
    request.headers[NAME] = address
    // Some read the headers as they came: names and values in turn.
    const raw = request.rawHeaders
    for (let index = raw.length - 2; index >= 0; index -= 2)
      if (raw[index]?.toLowerCase() === NAME) raw.splice(index, 2)
    raw.push(NAME, address)
  })
}

/** The address that a request comes from: each proxy has added whom it saw at the end of the list. */
export function peerOf(noted: string | string[] | undefined, connection: string | undefined, trusted: number): string {
  const list = [noted ?? []]
    .flat()
    .flatMap((line) => line.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const chain = [...list, (connection ?? 'unknown').replace(/^::ffff:(?=\d+\.)/, '')]
  return chain[Math.max(0, chain.length - 1 - trusted)] ?? 'unknown'
}
