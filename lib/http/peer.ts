import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

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
    request.headers['x-forwarded-for'] = peerOf(request.headers['x-forwarded-for'], remoteAddress, trustedProxies)
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
