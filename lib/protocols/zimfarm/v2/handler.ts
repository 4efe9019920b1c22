import { randomUUID } from 'node:crypto'
import { ANONYMOUS } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { parseJson, readText } from '#lib/http/body'
import type { Context } from '#lib/services/context'
import { queryOf, routesAt } from '../router'
import { actorOf, require, requireAccount } from './auth'
import { failure, toResponse, WireError } from './errors'
import type { Route } from './route'
import { accounts } from './routes/accounts'
import { auth } from './routes/auth'
import { blobs } from './routes/blobs'
import { misc } from './routes/misc'
import { history } from './routes/history'
import { offliners } from './routes/offliners'
import { recipes } from './routes/recipes'
import { requestedTasks } from './routes/requested-tasks'
import { tasks } from './routes/tasks'
import { workerKeys } from './routes/worker-keys'
import { workers } from './routes/workers'
import { LISTS } from './wire'

export const ROUTES: Route[] = [
  ...auth,
  ...accounts,
  ...recipes,
  ...history,
  ...blobs,
  ...offliners,
  ...requestedTasks,
  ...tasks,
  ...workers,
  ...workerKeys,
  ...misc,
]
const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'
/** A blob of a megabyte comes in base64. */
const BODY_LIMIT = 4 * 1024 * 1024

/** The JSON body, whatever it says of its type but a form's. @throws WireError, CroftError too_large */
async function jsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type !== '' && type !== 'application/json' && !type.endsWith('+json'))
    throw new WireError({ body: ['send the body as application/json'] })
  const text = await readText(request, BODY_LIMIT)
  try {
    return parseJson(text)
  } catch (error) {
    throw error instanceof CroftError && error.code === 'invalid' ? new WireError({ body: [error.message] }) : error
  }
}

const detail = (status: number, text: string, headers?: HeadersInit) =>
  Response.json({ detail: text }, { status, headers })

/**
 * Zimfarm v2, whole: a request below /v2 in, its answer out (lib/protocols/zimfarm/v2/README.md). `path` is what
 * follows /v2, still encoded.
 */
export async function handleV2(base: Omit<Context, 'actor'>, request: Request, path: string): Promise<Response> {
  const requestId = randomUUID()
  const taskId = /^\/(?:requested-)?tasks\/([0-9a-f-]{36})(?:\/|$)/i.exec(path)?.[1]
  const log = base.log.child({ requestId, operation: `v2 ${request.method}`, ...(taskId !== undefined && { taskId }) })
  const response = await answer({ ...base, log, actor: ANONYMOUS }, request, path).catch((error: unknown) => {
    log.error({ err: error }, 'a request failed')
    return failure(500, `something failed on our side; the log has it under ${requestId}`)
  })
  allowOrigin(base, request, response)
  response.headers.set('x-request-id', requestId)
  log.info({ status: response.status, path }, 'request')
  return response
}

async function answer(ctx: Context, request: Request, path: string): Promise<Response> {
  const here = routesAt(ROUTES, path)
  if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method')) return preflight(request)
  if (here.length === 0) {
    const shorter = path.replace(/\/+$/, '')
    if (shorter !== path && routesAt(ROUTES, shorter).length > 0) {
      const { search } = new URL(request.url)
      return new Response(null, { status: 307, headers: { location: `/v2${shorter}${search}` } })
    }
    return detail(404, 'Not Found')
  }
  const chosen = here.find(({ route }) => route.method === request.method)
  if (chosen === undefined) {
    const headers = { allow: [...new Set(here.map(({ route }) => route.method))].join(', ') }
    return request.method === 'HEAD'
      ? new Response(null, { status: 405, headers })
      : detail(405, 'Method Not Allowed', headers)
  }
  const { route, params } = chosen
  try {
    const actor = route.access === 'open' ? ANONYMOUS : await actorOf(ctx, request)
    if (route.access === 'token') requireAccount(actor)
    else if (route.access !== 'open' && route.access !== 'optional') require(actor, route.access)
    return await route.handle({
      ctx: { ...ctx, actor },
      request,
      params,
      query: queryOf(new URL(request.url), LISTS),
      body: () => jsonBody(request),
    })
  } catch (error) {
    return toResponse(error)
  }
}

/** Pages elsewhere may read answers only where the farm names their origin. */
function allowOrigin({ settings }: Omit<Context, 'actor'>, request: Request, response: Response): void {
  const origin = request.headers.get('origin')
  if (settings.allowedOrigins.length === 0) return
  response.headers.append('vary', 'origin')
  if (origin === null || !(settings.allowedOrigins.includes(origin) || settings.allowedOrigins.includes('*'))) return
  response.headers.set('access-control-allow-origin', origin)
  response.headers.set('access-control-allow-credentials', 'true')
}

function preflight(request: Request): Response {
  return new Response(null, {
    status: 200,
    headers: {
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '*',
      'access-control-max-age': '600',
    },
  })
}
