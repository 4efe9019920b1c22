import { lookup as resolveName } from 'node:dns'
import { isIP } from 'node:net'
import { createHmac } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import { Webhook } from 'standardwebhooks'
import { Agent } from 'undici'
import { post, Refused, type Sending } from './sending'

export type Message = {
  /** The notice's id: a receiver that sees it twice has seen it once. */
  id: string
  url: string
  occasion: string
  body: string
  at: Date
}

/** @throws Refused for an address that is not public and not allowed by `allow` (CIDR ranges) */
export function checkAddress(address: string, allow: readonly string[]): void {
  const parsed = ipaddr.process(address)
  if (parsed.range() === 'unicast') return
  const allowed = allow.some((range) => {
    const [network, bits] = ipaddr.parseCIDR(range)
    return network.kind() === parsed.kind() && parsed.match(network, bits)
  })
  if (!allowed) {
    throw new Refused(
      `${parsed.toString()} is a ${parsed.range()} address; webhooks may reach it only when CROFT_NOTICE_ALLOW has its range`,
    )
  }
}

/** Connections are checked when they are made, on the address that the name stands for at that moment (DNS rebinding). */
function agentFor(allow: readonly string[]): Agent {
  return new Agent({
    connect: {
      timeout: 5_000,
      lookup: (hostname, options, callback) => {
        resolveName(hostname, { ...options, all: true }, (error, addresses) => {
          if (error !== null) return callback(error, [])
          try {
            for (const { address } of addresses) checkAddress(address, allow)
            callback(null, addresses)
          } catch (refusal) {
            callback(refusal as NodeJS.ErrnoException, [])
          }
        })
      },
    },
    headersTimeout: 10_000,
    bodyTimeout: 10_000,
  })
}

/** The secret of the signatures: `whsec_` and this, in base64 (Standard Webhooks). */
export const webhookSecret = (farmSecret: string) =>
  createHmac('sha256', farmSecret).update('croft webhooks').digest('base64')

/** Sends one webhook. Any answer below 300 is a delivery; redirects are not followed. @throws Refused */
export async function sendWebhook(
  message: Message,
  options: { allow: readonly string[]; secret: string; version: string },
): Promise<Sending> {
  const url = new URL(message.url)
  if (!['http:', 'https:'].includes(url.protocol)) throw new Refused('a webhook must be an http or https address')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) checkAddress(host, options.allow)
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': `Croft/${options.version}`,
    'croft-event': message.occasion,
    'webhook-id': message.id,
    'webhook-timestamp': String(Math.floor(message.at.getTime() / 1000)),
    'webhook-signature': new Webhook(options.secret).sign(message.id, message.at, message.body),
  }
  if (url.username !== '') {
    headers.authorization = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`
    url.username = ''
    url.password = ''
  }
  const agent = agentFor(options.allow)
  try {
    return await post(url, { headers, body: message.body, dispatcher: agent })
  } finally {
    await agent.destroy()
  }
}
