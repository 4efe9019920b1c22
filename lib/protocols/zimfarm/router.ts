import type { Context } from '#lib/services/context'

export type Call = {
  ctx: Context
  request: Request
  /** The path's parameters, decoded. */
  params: string[]
  /** The query: lists where the key may be repeated. */
  query: Record<string, string | string[]>
  /** The JSON body. @throws a refusal when it is none */
  body: () => Promise<unknown>
}

export type Route<Access> = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `:id` and `:name` stand for one segment, `*` at the end for the rest; a collection ends with a slash where the door has it so. */
  path: string
  access: Access
  handle: (call: Call) => Promise<Response>
}

export const ok = (body: unknown, status = 200) => Response.json(body, { status })
export const nothing = (status: 201 | 204 | 404 | 400) => new Response(null, { status })

/** The path's parameters where a route's path fits; a collection is served with and without its slash, an item without only. */
function match(pattern: string, path: string): string[] | null {
  if (pattern === '') return path === '' ? [] : null
  const collection = pattern.endsWith('/')
  const wanted = pattern.split('/').filter(Boolean)
  const given = path.replace(/^\//, '').split('/')
  if (collection && given.at(-1) === '') given.pop()
  if (wanted.at(-1) === '*' && given.length >= wanted.length) {
    given.push(given.splice(wanted.length - 1).join('/'))
  }
  if (given.length !== wanted.length) return null
  const params: string[] = []
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (part !== '*' && !part.startsWith(':')) {
      if (part !== value) return null
    } else {
      const decoded = decodedPart(value)
      if (decoded === null || decoded === '' || decoded.includes('\u0000')) return null
      if (part !== '*' && decoded.includes('/')) return null
      params.push(decoded)
    }
  }
  return params
}

function decodedPart(value: string): string | null {
  try {
    return decodeURIComponent(value)
  } catch {
    return null
  }
}

/** The routes of a path, with its parameters: what is written out wins over a parameter, e.g. `/requested-tasks/worker`. */
export function routesAt<R extends Route<unknown>>(
  routes: readonly R[],
  path: string,
): { route: R; params: string[] }[] {
  const found = routes.flatMap((route) => {
    const params = match(route.path, path)
    return params === null ? [] : [{ route, params }]
  })
  const fewest = Math.min(...found.map(({ params }) => params.length))
  return found.filter(({ params }) => params.length === fewest)
}

/** The query: lists for the keys that may be repeated, else the first value. */
export function queryOf(url: URL, lists: ReadonlySet<string>): Call['query'] {
  const query: Call['query'] = {}
  for (const key of new Set(url.searchParams.keys())) {
    query[key] = lists.has(key) ? url.searchParams.getAll(key) : (url.searchParams.get(key) ?? '')
  }
  return query
}
