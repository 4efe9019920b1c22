import { randomUUID } from 'node:crypto'
import { ANONYMOUS } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { parseJson, readText } from '#lib/http/body'
import type { Context } from '#lib/services/context'
import { queryOf, routesAt } from '../router'
import { optionalActor, require, requiredActor } from './auth'
import { simple, toResponse } from './errors'
import { ROUTES } from './routes'
import { LISTS } from './wire'

const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'
const BODY_LIMIT = 2 * 1024 * 1024

async function jsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type === undefined || !/^application\/(.+\+)?json$/.test(type))
    throw new CroftError('unsupported_media_type', 'send the body as application/json')
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
  if (!response.headers.has('access-control-allow-origin')) response.headers.set('access-control-allow-origin', '*')
  response.headers.set('x-request-id', requestId)
  log.info({ status: response.status, path }, 'request')
  return response
}

async function answer(ctx: Context, request: Request, path: string): Promise<Response> {
  const here = routesAt(ROUTES, path)
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
      query: queryOf(new URL(request.url), LISTS),
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
      'access-control-allow-origin': request.headers.get('origin') ?? '*',
      'access-control-allow-methods': METHODS,
      vary: 'origin, access-control-request-headers',
      'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '*',
    },
  })
}
