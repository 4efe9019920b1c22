import { request } from 'undici'
import { SENDING_MS, type Sending } from './sending'

export type CmsSending = Sending & { bookId: string | null; title: string | null }

const textOf = (value: unknown) => (typeof value === 'string' ? value.slice(0, 500) : null)

/**
 * Tells the catalogue of a file. The older way wants a 201 that names the book; for the newer one any answer below 300
 * does (zimfarm.md §14.5, §20.2). The address is the operator's own: it may be a private one.
 */
export async function sendCms(
  message: { url: string; body: string },
  { way, token }: { way: 'v1' | 'v2'; token: string | null },
): Promise<CmsSending> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(token !== null && { authorization: `Bearer ${token}` }),
  }
  const nothing = { bookId: null, title: null }
  try {
    const { statusCode: status, body } = await request(message.url, {
      method: 'POST',
      headers,
      body: message.body,
      signal: AbortSignal.timeout(SENDING_MS),
    })
    const text = (await body.text()).slice(0, 100_000)
    const delivered = way === 'v1' ? status === 201 : status < 300
    if (!delivered) return { delivered, status, error: `the catalogue answered ${status}`, ...nothing }
    return { delivered, status, error: null, ...named(text) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { delivered: false, status: null, error: why, ...nothing }
  }
}

function named(text: string): { bookId: string | null; title: string | null } {
  try {
    const answer = JSON.parse(text) as { uuid?: unknown; title?: unknown } | null
    return { bookId: textOf(answer?.uuid), title: textOf(answer?.title) }
  } catch {
    return { bookId: null, title: null }
  }
}
