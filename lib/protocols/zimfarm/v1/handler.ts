import { randomUUID } from 'node:crypto'
import { ANONYMOUS } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { parseJson, readText } from '#lib/http/body'
import type { Context } from '#lib/services/context'
import { optionalActor, require, requiredActor } from './auth'
import { simple, toResponse } from './errors'
import type { Route } from './route'
import { auth } from './routes/auth'
import { catalogues } from './routes/catalogues'
import { requestedTasks } from './routes/requested-tasks'
import { schedules } from './routes/schedules'
import { tasks } from './routes/tasks'
import { users } from './routes/users'
import { workers } from './routes/workers'
import { LISTS } from './wire'

export const ROUTES: Route[] = [...auth, ...users, ...schedules, ...requestedTasks, ...tasks, ...workers, ...catalogues]
const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'
const BODY_LIMIT = 2 * 1024 * 1024

/** The path's parameters where a route's path fits; a collection is served with and without its slash, an item without only. */
function match(pattern: string, path: string): string[] | null {
  const collection = pattern.endsWith('/')
  const wanted = pattern.split('/').filter(Boolean)
  const given = path.replace(/^\//, '').split('/')
  if (collection && given.at(-1) === '') given.pop()
  if (given.length !== wanted.length) return null
  const params: string[] = []
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (!part.startsWith(':')) {
      if (part !== value) return null
    } else {
      const decoded = decodedPart(value)
      if (decoded === null || decoded === '' || decoded.includes('/') || decoded.includes('\u0000')) return null
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

function queryOf(url: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {}
  for (const key of new Set(url.searchParams.keys())) {
    query[key] = LISTS.has(key) ? url.searchParams.getAll(key) : (url.searchParams.get(key) ?? '')
  }
  return query
}

async function jsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new CroftError('unsupported_media_type', 'send the body as application/json')
  return parseJson(await readText(request, BODY_LIMIT))
}

/**
 * Zimfarm v1, whole: a request below /v1 in, its answer out (lib/protocols/zimfarm/v1/README.md). `path` is what
 * follows /v1, still encoded.
 */
export async function handleV1(base: Omit<Context, 'actor'>, request: Request, path: string): Promise<Response> {
  const requestId = randomUUID()
  const taskId = /^\/(?:requested-)?tasks\/([0-9a-f-]{36})(?:\/|$)/i.exec(path)?.[1]
  const log = base.log.child({ requestId, operation: `v1 ${request.method}`, ...(taskId !== undefined && { taskId }) })
  const response = await answer({ ...base, log, actor: ANONYMOUS }, request, path).catch((error: unknown) => {
    log.error({ err: error }, 'a request failed')
    return simple(500, `something failed on our side; the log has it under ${requestId}`)
  })
  response.headers.set('access-control-allow-origin', '*')
  response.headers.set('x-request-id', requestId)
  log.info({ status: response.status, path }, 'request')
  return response
}

async function answer(ctx: Context, request: Request, path: string): Promise<Response> {
  const found = ROUTES.flatMap((route) => {
    const params = match(route.path, path)
    return params === null ? [] : [{ route, params }]
  })
  // `/schedules/backup/` and `/requested-tasks/worker` are not names: what is written out wins over a parameter.
  const fewest = Math.min(...found.map(({ params }) => params.length))
  const here = found.filter(({ params }) => params.length === fewest)
  const allowed = [...new Set(here.map(({ route }) => route.method))].join(', ')
  if (request.method === 'OPTIONS') return preflight(request, allowed)
  if (here.length === 0) return simple(404, 'Resource Not Found')
  const chosen = here.find(({ route }) => route.method === request.method)
  if (chosen === undefined) {
    const headers = { allow: `${allowed}, OPTIONS` }
    return request.method === 'HEAD'
      ? new Response(null, { status: 405, headers })
      : Response.json({ error: 'Method Not Allowed' }, { status: 405, headers })
  }
  const { route, params } = chosen
  try {
    const actor = route.access === 'optional' ? await optionalActor(ctx, request) : await requiredActor(ctx, request)
    if (route.access !== 'optional' && route.access !== 'token') require(actor, route.access)
    return await route.handle({
      ctx: { ...ctx, actor },
      request,
      params,
      query: queryOf(new URL(request.url)),
      body: () => jsonBody(request),
    })
  } catch (error) {
    return toResponse(error)
  }
}

function preflight(request: Request, allowed: string): Response {
  return new Response(null, {
    status: 200,
    headers: {
      allow: allowed === '' ? METHODS : `${allowed}, HEAD, OPTIONS`,
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '*',
    },
  })
}
