import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Refused } from './sending'
import { checkAddress, sendWebhook, webhookSecret } from './webhook'

const secret = webhookSecret('a secret for tests')
const options = { allow: ['127.0.0.0/8'], secret, version: 'test' }
const message = (url: string) => ({
  id: 'notice-1',
  url,
  occasion: 'ended',
  body: '{"status":"succeeded"}',
  at: new Date(),
})

let server: Server
let base = ''
const seen: { headers: Record<string, string>; body: string; url: string }[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      seen.push({ headers: request.headers as Record<string, string>, body, url: request.url ?? '' })
      if (request.url === '/redirect') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
      else if (request.url === '/cut') request.socket.destroy()
      else response.writeHead(request.url === '/broken' ? 500 : 200).end('x'.repeat(100_000))
    })
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

describe('a webhook', () => {
  it('arrives signed, with what it is about', async () => {
    expect(await sendWebhook(message(`${base}/ok?token=1`), options)).toEqual({
      delivered: true,
      status: 200,
      error: null,
    })
    const got = seen.at(-1)
    expect(got?.headers['croft-event']).toBe('ended')
    expect(new Webhook(secret).verify(got?.body ?? '', got?.headers ?? {})).toEqual({ status: 'succeeded' })
  })
  it.each(['/broken', '/redirect', '/cut'])('that ends at %s is not delivered, and is told so', async (path) => {
    const sending = await sendWebhook(message(base + path), options)
    expect(sending.delivered).toBe(false)
    expect(sending.error).not.toBeNull()
  })
  it('carries a password as a header, never in the address', async () => {
    await sendWebhook(message(base.replace('http://', 'http://ada:pa%20ss@')), options)
    expect(seen.at(-1)?.headers.authorization).toBe(`Basic ${Buffer.from('ada:pa ss').toString('base64')}`)
  })
})

describe('addresses that are not public', () => {
  const closed = { ...options, allow: [] }
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://localhost/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://10.1.2.3/',
    'http://192.168.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://0.0.0.0/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://[::]/',
    'http://224.0.0.1/',
    'ftp://example.org/',
  ])('%s is refused', async (url) => {
    await expect(sendWebhook(message(url), closed)).rejects.toThrow(Refused)
  })
  it('names the setting', () => {
    expect(() => checkAddress('10.0.0.1', [])).toThrow(/CROFT_NOTICE_ALLOW/)
    expect(() => checkAddress('10.0.0.1', ['10.0.0.0/8'])).not.toThrow()
    expect(() => checkAddress('2606:4700::1', [])).not.toThrow()
  })
})
