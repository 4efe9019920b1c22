import { handleV2 } from '#lib/protocols/zimfarm/v2/handler'
import { PASSWORD, type TestFarm } from './farm'

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- whatever JSON the door answers */
type Json = any
export type Answer = { status: number; body: Json; text: string; headers: Headers }
export type CallOptions = {
  /** The name of an account that signed in with `as`. */
  as?: string
  body?: unknown
  raw?: string
  headers?: Record<string, string>
}

/** Zimfarm v2's door of a test farm, with people who have signed in at it. */
export function doorV2(farm: TestFarm) {
  const tokens: Record<string, string> = {}
  async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const headers: Record<string, string> = { 'content-type': 'application/json', ...options.headers }
    if (options.as !== undefined) headers.authorization = `Bearer ${tokens[options.as]}`
    const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
    const request = new Request(`http://farm/v2${path}`, { method, headers, body })
    const response = await handleV2(farm.runtime.context, request, new URL(request.url).pathname.slice(3))
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
  }
  async function signIn(username: string, password = PASSWORD): Promise<void> {
    const { body } = await call('POST', '/auth/authorize', { body: { username, password } })
    tokens[username] = String(body.access_token)
  }
  return { call, signIn, tokens }
}
export type DoorV2 = ReturnType<typeof doorV2>

/** What zimit-frontend creates (zimfarm.md §18.1). */
export const recipe = (name: string, change: object = {}, config: object = {}, flags: object = {}) => ({
  name,
  language: 'eng',
  category: 'other',
  periodicity: 'manually',
  tags: [],
  enabled: true,
  version: 'dev',
  config: {
    warehouse_path: '/other',
    image: { name: 'openzim/zimit', tag: '3.0.0' },
    resources: { cpu: 3, memory: 1073741824, disk: 1073741824, shm: 1073741824, cap_add: ['SYS_ADMIN', 'NET_ADMIN'] },
    platform: null,
    monitor: false,
    offliner: {
      offliner_id: 'zimit',
      seeds: 'https://example.org/',
      name,
      sizeSoftLimit: '4294967296',
      ...flags,
    },
    ...config,
  },
  ...change,
})
