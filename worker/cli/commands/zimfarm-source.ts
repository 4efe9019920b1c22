import { CroftError } from '#lib/core/error'

export type Collection = {
  schedules: unknown[]
  workers: unknown[]
  accounts: unknown[]
  definitions: unknown[]
  /** What could not be read there, and why. */
  missing: string[]
}
type Page = { meta: { count: number }; items: unknown[] }

const PAGE = 200

/** Reads a Zimfarm by its own API, of either version (zimfarm.md §4, §5.8, §7.6; §17.4, §18.1, §19.6). */
export async function collect(address: string, username: string | undefined): Promise<Collection> {
  const base = address.replace(/\/+$/, '')
  const version = /\/v([12])$/.exec(base)?.[1]
  if (version === undefined)
    throw new CroftError('invalid', `${address} must end in /v1 or /v2, as in https://api.farm.example.org/v2`)
  const password = process.env.ZIMFARM_PASSWORD
  if (username !== undefined && !password)
    throw new CroftError('invalid', 'set ZIMFARM_PASSWORD to the password of that user')
  const headers: Record<string, string> = {}
  if (username !== undefined) headers.authorization = await signIn(base, version, username, password ?? '')
  const get = (path: string) => read(`${base}${path}`, headers)
  const slash = version === '1' ? '/' : ''
  const missing: string[] = []
  /** All pages of a list; what the caller may not see is told of and left out. */
  const all = async (path: string): Promise<unknown[]> => {
    const items: unknown[] = []
    try {
      for (;;) {
        const page = (await get(`${path}${slash}?skip=${items.length}&limit=${PAGE}`)) as Page
        items.push(...page.items)
        if (page.items.length === 0 || items.length >= page.meta.count) return items
      }
    } catch (error) {
      if (!(error instanceof CroftError)) throw error
      missing.push(error.message)
      return items
    }
  }
  const schedules =
    version === '1'
      ? ((await get('/schedules/backup/')) as unknown[])
      : [
          ...((await get(`/recipes/backup?hide_secrets=${username === undefined}`)) as unknown[]),
          ...(username === undefined ? [] : await archived(get, missing)),
        ]
  /** Each of a list as its own page shows it, with its keys; as the list shows it where that is not to be had. */
  const whole = async (path: string, items: unknown[], key: 'username' | 'name'): Promise<unknown[]> => {
    const all: unknown[] = []
    for (const item of items) {
      const name = (item as Record<string, unknown>)[key]
      const more = await get(`${path}/${encodeURIComponent(String(name))}`).catch((error: unknown) => {
        if (error instanceof CroftError) return {}
        throw error
      })
      all.push({ ...(item as object), ...(more as object) })
    }
    return all
  }
  const workers = await all('/workers')
  const accounts = username === undefined ? [] : await all(version === '1' ? '/users' : '/accounts')
  const definitions = version === '1' ? [] : await definitionsOf(get, all)
  return {
    schedules,
    definitions,
    workers: version === '2' && username !== undefined ? await whole('/workers', workers, 'name') : workers,
    accounts: version === '1' ? await whole('/users', accounts, 'username') : accounts,
    missing: username === undefined ? ['users, which only those who sign in may list: give --username'] : missing,
  }
}

/** Every version of every offliner. */
async function definitionsOf(
  get: (path: string) => Promise<unknown>,
  all: (path: string) => Promise<unknown[]>,
): Promise<unknown[]> {
  const definitions: unknown[] = []
  for (const id of (await all('/offliners')).map(String)) {
    const path = `/offliners/${encodeURIComponent(id)}`
    for (const version of (await all(`${path}/versions`)).map(String))
      definitions.push(await get(`${path}/${encodeURIComponent(version)}/spec`))
  }
  return definitions
}

async function archived(get: (path: string) => Promise<unknown>, missing: string[]): Promise<unknown[]> {
  try {
    return (await get('/recipes/backup?hide_secrets=false&archived=true')) as unknown[]
  } catch (error) {
    if (!(error instanceof CroftError)) throw error
    missing.push(error.message)
    return []
  }
}

async function signIn(base: string, version: string, username: string, password: string): Promise<string> {
  const url = `${base}/auth/authorize`
  const answer =
    version === '1'
      ? await send(url, { method: 'POST', body: new URLSearchParams({ username, password }) })
      : await send(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ username, password }),
        })
  if (!answer.ok)
    throw new CroftError('unauthenticated', `${new URL(url).host} does not let ${username} in (${answer.status})`)
  const { access_token } = (await answer.json()) as { access_token: string }
  return `Bearer ${access_token}`
}

async function read(url: string, headers: Record<string, string>): Promise<unknown> {
  const answer = await send(url, { headers })
  if (!answer.ok) throw new CroftError('invalid', `${new URL(url).pathname} answered ${answer.status}`)
  try {
    return await answer.json()
  } catch {
    throw new CroftError('invalid', `${new URL(url).pathname} answered no JSON: is this the address of a Zimfarm?`)
  }
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(120_000) })
  } catch {
    throw new CroftError('unavailable', `no answer from ${new URL(url).origin}`)
  }
}
