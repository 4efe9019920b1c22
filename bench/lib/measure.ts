import { Agent, request } from 'node:http'

/** Does `work` `count` times, `lanes` at once; how long each took, in milliseconds, and all together. */
export async function times(
  count: number,
  lanes: number,
  work: (index: number) => Promise<unknown>,
): Promise<{ each: number[]; perSecond: number }> {
  const each: number[] = []
  let next = 0
  const begun = performance.now()
  const lane = async () => {
    for (let index = next++; index < count; index = next++) {
      const from = performance.now()
      await work(index)
      each.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return { each, perSecond: count / ((performance.now() - begun) / 1000) }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
export const spread = (values: readonly number[]) =>
  `p50 ${quantile(values, 0.5).toFixed(1)} ms, p99 ${quantile(values, 0.99).toFixed(1)} ms`

export type Answer = { status: number; body: string }
export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>

/** A client that keeps its connections, as the workers' own do. */
export function client(port: number, token: string, sockets = 64): Call {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets })
  return (method, path, body) =>
    new Promise((done, fail) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const headers: Record<string, string | number> = { authorization: `Bearer ${token}` }
      if (text !== undefined) {
        headers['content-type'] = 'application/json'
        headers['content-length'] = Buffer.byteLength(text)
      }
      request({ host: '127.0.0.1', port, method, path, agent, headers }, (response) => {
        let received = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (received += chunk))
        response.on('end', () => done({ status: response.statusCode ?? 0, body: received }))
      })
        .on('error', fail)
        .end(text)
    })
}
