import { request, type Dispatcher } from 'undici'

/** What became of a sending. `final`: the receiver says that trying again is of no use. */
export type Sending = { delivered: boolean; status: number | null; error: string | null; final?: boolean }

/** A message that must not be sent at all: trying again is of no use. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

const refusalIn = (error: unknown): Refused | null =>
  error instanceof Refused ? error : error instanceof Error && error.cause !== undefined ? refusalIn(error.cause) : null

/** The longest that one sending may take. */
export const SENDING_MS = 10_000

/** POSTs; any answer below 300 is a delivery; redirects are not followed. @throws Refused when the connection was refused by us */
export async function post(
  url: URL,
  options: { headers: Record<string, string>; body: string; dispatcher?: Dispatcher; timeoutMs?: number },
): Promise<Sending> {
  const { timeoutMs = SENDING_MS, ...sent } = options
  try {
    const { statusCode, body } = await request(url, { method: 'POST', ...sent, signal: AbortSignal.timeout(timeoutMs) })
    body.on('error', () => undefined)
    await body.dump({ limit: 16_384 })
    const delivered = statusCode < 300
    return { delivered, status: statusCode, error: delivered ? null : `the receiver answered ${statusCode}` }
  } catch (error) {
    const refusal = refusalIn(error)
    if (refusal !== null) throw refusal
    return { delivered: false, status: null, error: error instanceof Error ? error.message : String(error) }
  }
}

/** Answers that name a fault in the message itself. Others (a wrong key, too many, a broken server) may be mended. */
const FAULTS = new Set([400, 410, 413, 422])
export const settled = (sending: Sending): Sending =>
  sending.status !== null && FAULTS.has(sending.status) ? { ...sending, final: true } : sending
