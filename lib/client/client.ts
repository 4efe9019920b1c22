import { errorBody } from '#lib/contract/shared'
import type { Endpoint, Input, Output } from '#lib/contract/endpoint'
import { CroftError, type ErrorCode } from '#lib/core/error'

export type ClientOptions = {
  /** The farm's address, e.g. `http://127.0.0.1:3000`. */
  url: string
  /** The bearer token of each call; null for none (browsers send their cookie). */
  token?: () => string | null
  fetch?: typeof fetch
}
type Call<E extends Endpoint> = {
  params?: Input<E['params']>
  query?: Input<E['query']>
  body?: Input<E['body']> | BodyInit
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** The farm did not answer at all (no route, refused, cut off): worth another try. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** The address of a call, below the farm's own address. */
export function pathOf(
  endpoint: Endpoint,
  params: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): string {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(params[key])))
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null) search.append(key, String(one))
  }
  return `/api/farm${path}${search.size > 0 ? `?${search.toString()}` : ''}`
}

/** A typed client of Croft's own API. A refusal is a CroftError with the farm's own words; no answer is Unreachable. */
export function createClient(options: ClientOptions) {
  const send = options.fetch ?? fetch

  async function raw<E extends Endpoint>(endpoint: E, call: Call<E> = {}): Promise<Response> {
    const token = options.token?.() ?? null
    const headers: Record<string, string> = { accept: endpoint.responseMedia ?? 'application/json', ...call.headers }
    if (token !== null) headers.authorization = `Bearer ${token}`
    const init: RequestInit & { duplex?: 'half' } = { method: endpoint.method, headers, signal: call.signal }
    if (endpoint.requestMedia !== undefined) {
      headers['content-type'] = endpoint.requestMedia
      init.body = call.body as BodyInit
      init.duplex = 'half'
    } else if (call.body !== undefined) {
      headers['content-type'] = 'application/json'
      init.body = JSON.stringify(call.body)
    }
    const path = pathOf(endpoint, call.params as Record<string, unknown>, call.query as Record<string, unknown>)
    const response = await send(new URL(path, options.url), init).catch((cause: unknown) => {
      if (call.signal?.aborted) throw cause
      throw new Unreachable(`no answer from ${new URL(options.url).origin}`, { cause })
    })
    if (!response.ok) throw await refusalOf(response)
    return response
  }

  async function call<E extends Endpoint>(endpoint: E, input: Call<E> = {}): Promise<Output<E['response']>> {
    const response = await raw(endpoint, input)
    if (endpoint.response === undefined) {
      await response.body?.cancel()
      return undefined as Output<E['response']>
    }
    const value: unknown = await response.json().catch(() => undefined)
    const answer = endpoint.response.safeParse(value)
    if (answer.success) return answer.data as Output<E['response']>
    const where = answer.error.issues[0]?.path.join('.') || 'the whole'
    throw new Error(
      `the answer to ${endpoint.method} ${endpoint.path} is not understood (${where}): is this a Croft farm, of the same version?`,
    )
  }
  return { call, raw }
}
export type Client = ReturnType<typeof createClient>

const BY_STATUS: Record<number, ErrorCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
}

async function refusalOf(response: Response): Promise<Error> {
  const text = await response.text()
  try {
    const { error } = errorBody.parse(JSON.parse(text))
    return new CroftError(error.code, error.message, error.fields)
  } catch (cause) {
    const code = BY_STATUS[response.status] ?? (response.status >= 500 ? 'unavailable' : 'invalid')
    if (response.status >= 500) return new Unreachable(`the farm answered ${response.status}`, { cause })
    return new CroftError(code, `the farm answered ${response.status}; is this the address of a Croft farm?`)
  }
}
