import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { notePeers, peerOf } from './peer'

it.each([
  ['nothing', undefined, 0, '10.0.0.9'],
  ['what a client wrote itself, where no proxy is trusted', '203.0.113.7', 0, '10.0.0.9'],
  ['whom the trusted proxy saw', '198.51.100.1, 203.0.113.7', 1, '203.0.113.7'],
  ['whom the farther of two saw', '198.51.100.1, 203.0.113.7, 10.0.0.1', 2, '203.0.113.7'],
  ['the first, where fewer proxies came by than are trusted', '203.0.113.7', 3, '203.0.113.7'],
])('takes %s', (_what, noted, trusted, address) => {
  expect(peerOf(noted, '10.0.0.9', trusted)).toBe(address)
})
it('takes lines of several headers as one list, and IPv4 as such', () => {
  expect(peerOf(['a', 'b, c'], '::ffff:10.0.0.9', 1)).toBe('c')
  expect(peerOf(undefined, '::ffff:10.0.0.9', 0)).toBe('10.0.0.9')
})

it('overwrites the header before a server of the process sees the request', async () => {
  notePeers(0)
  const server = createServer((request, response) => {
    const raw = request.rawHeaders.filter(
      (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === 'x-forwarded-for',
    )
    response.end(`${String(request.headers['x-forwarded-for'])} ${raw.join()}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const seen = await new Promise<string>((resolve, reject) =>
    get({ port, headers: { 'x-forwarded-for': '203.0.113.7' } }, (response) => {
      response.setEncoding('utf8')
      let text = ''
      response.on('data', (part: string) => (text += part)).on('end', () => resolve(text))
    }).on('error', reject),
  )
  server.close()
  expect(seen).toBe('127.0.0.1 127.0.0.1')
})
