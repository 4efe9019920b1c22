import { CroftError } from '#lib/core/error'
import { handleV1 } from '#lib/protocols/zimfarm/v1/handler'
import { PASSWORD, type TestFarm } from './farm'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever JSON the door answers
export type Answer = { status: number; body: any; text: string; headers: Headers }
export type Ask = {
  as?: string
  body?: unknown
  /** A body that is no JSON, or not well-formed. */
  raw?: string
  headers?: Record<string, string>
}

/** The v1 door of a test farm: calls it as its clients do, with the tokens of those who have signed in. */
export function v1Door(farm: TestFarm) {
  const tokens = new Map<string, string>()
  async function call(method: string, path: string, { as, body, raw, headers }: Ask = {}): Promise<Answer> {
    const token = as === undefined ? undefined : tokens.get(as)
    if (as !== undefined && token === undefined) throw new CroftError('invalid', `${as} has not signed in`)
    const request = new Request(`http://farm/v1${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Token ${token}` }),
        ...headers,
      },
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
    })
    const response = await handleV1(farm.runtime.context, request, new URL(request.url).pathname.slice(3))
    const text = await response.text()
    const { status, headers: told } = response
    if (told.get('content-type')?.includes('json') !== true) return { status, headers: told, text, body: null }
    return { status, headers: told, text, body: JSON.parse(text) as unknown }
  }
  const signIn = async (username: string) => {
    const answer = await call('POST', '/auth/authorize', { headers: { username, password: PASSWORD } })
    tokens.set(username, (answer.body as { access_token: string }).access_token)
  }
  return { call, tokens, signIn }
}
export type V1Door = ReturnType<typeof v1Door>

/** A schedule as youzim.it makes it (zimfarm.md §13.1). */
export const zimitSchedule = (name: string, change: object = {}, config: object = {}) => ({
  name,
  language: { code: 'eng', name_en: 'English', name_native: 'English' },
  category: 'other',
  periodicity: 'manually',
  tags: [],
  enabled: true,
  config: {
    task_name: 'zimit',
    warehouse_path: '/other',
    image: { name: 'openzim/zimit', tag: '1.2.0' },
    resources: { cpu: 3, memory: 1073741824, disk: 1073741824, shm: 1073741824, cap_add: ['SYS_ADMIN', 'NET_ADMIN'] },
    platform: null,
    monitor: false,
    flags: {
      seeds: 'https://example.org/',
      name,
      'zim-file': `${name}.zim`,
      userAgentSuffix: 'zimit.kiwix.org+',
      failOnFailedSeed: true,
      failOnInvalidStatus: true,
      'content-header-bytes-length': 2048,
      sizeSoftLimit: '4294967296',
      timeSoftLimit: 7200,
    },
    ...config,
  },
  ...change,
})
