import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Endpoint, Output } from '#lib/contract/endpoint'
import { ANONYMOUS, may, type Actor } from '#lib/core/access'
import { CroftError, type FieldErrors } from '#lib/core/error'
import type { Context } from '#lib/services/context'
import { runtime } from '#lib/services/runtime'
import { actorOfRequest } from './actor'
import { parseJson, readText } from './body'
import { errorResponse } from './errors'

type RouteInput<E extends Endpoint> = {
  ctx: Context
  request: Request
  params: Output<E['params']>
  query: Output<E['query']>
  body: Output<E['body']>
}
type Result<E extends Endpoint> = Output<E['response']> extends undefined ? void : unknown
type NextArguments = { params: Promise<Record<string, string | string[] | undefined> | undefined> }

/** A Next handler for an endpoint: who calls, what it may, what it sent are checked; errors and answers get their shape. */
export function route<E extends Endpoint>(
  endpoint: E,
  handle: (input: RouteInput<E>) => Promise<Result<E> | Response>,
) {
  return async (request: Request, next: NextArguments): Promise<Response> => {
    const requestId = randomUUID()
    const { context, log } = await runtime()
    const pathParams = (await next.params) ?? {}
    const requestLog = log.child({
      requestId,
      operation: `${endpoint.method} ${endpoint.path}`,
      ...(endpoint.path.startsWith('/tasks/{id}') && { taskId: pathParams.id }),
    })
    const started = performance.now()
    let response: Response
    try {
      const anonymous: Context = { ...context, actor: ANONYMOUS, log: requestLog }
      const ctx = {
        ...anonymous,
        actor:
          endpoint.path === '/session' && endpoint.method === 'POST'
            ? ANONYMOUS
            : await actorOfRequest(anonymous, request),
      }
      admit(endpoint, ctx.actor)
      const result = await handle({
        ctx,
        request,
        ...(await inputOf(endpoint, request, pathParams)),
      } as RouteInput<E>)
      response = result instanceof Response ? result : answer(endpoint, result)
    } catch (error) {
      response = failure(error, requestLog, requestId)
    }
    response.headers.set('x-request-id', requestId)
    const level = endpoint.tag === 'Agents' && response.ok ? 'debug' : 'info'
    requestLog[level]({ status: response.status, ms: Math.round(performance.now() - started) }, 'request')
    return response
  }
}

/** The answer to an error: a refusal keeps its words; anything else is ours, is logged, and tells nothing but its id. */
export function failure(error: unknown, log: Context['log'], requestId: string): Response {
  if (error instanceof CroftError) return errorResponse(error, requestId)
  log.error({ err: error }, 'a request failed')
  const body = {
    error: {
      code: 'unavailable',
      message: 'something failed on our side; the log has it under this request id',
      requestId,
    },
  }
  return Response.json(body, { status: 500 })
}

function admit(endpoint: Endpoint, actor: Actor): void {
  if (endpoint.access === 'public') return
  if (actor.kind === 'anonymous')
    throw new CroftError(
      'unauthenticated',
      'sign in first: POST /api/farm/session, or send Authorization: Bearer <token>',
    )
  if (endpoint.access !== 'signed_in' && !may(actor, endpoint.access)) {
    throw new CroftError('forbidden', `this needs the permission ${endpoint.access}, which your account does not have`)
  }
}

async function inputOf(
  endpoint: Endpoint,
  request: Request,
  pathParams: Record<string, string | string[] | undefined>,
) {
  const { searchParams } = new URL(request.url)
  const query: Record<string, string | string[]> = {}
  for (const key of new Set(searchParams.keys())) {
    const all = searchParams.getAll(key)
    query[key] = all.length > 1 ? all : (all[0] ?? '')
  }
  const params = Object.fromEntries(
    Object.entries(pathParams).map(([key, value]) => {
      try {
        return [key, decodeURIComponent(String(value))]
      } catch {
        throw new CroftError('invalid', 'the address is not well encoded', { [key]: ['is not well encoded'] })
      }
    }),
  )
  return {
    params: check(endpoint.params, params, 'the address'),
    query: check(endpoint.query, query, 'the query'),
    body: endpoint.body === undefined ? undefined : check(endpoint.body, await jsonOf(request), 'the body'),
  }
}

async function jsonOf(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    throw new CroftError('unsupported_media_type', 'send the body as JSON, with Content-Type: application/json')
  return parseJson(await readText(request))
}

function check(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined
  if (holdsNul(value)) throw new CroftError('invalid', `${where} must not hold a NUL character`)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const fields = Object.create(null) as FieldErrors
  for (const issue of result.error.issues) {
    const path = issue.path.map(String).join('.') || '(all)'
    fields[path] = [...(fields[path] ?? []), issue.message]
  }
  const summary = Object.entries(fields)
    .slice(0, 5)
    .map(([path, why]) => `${path}: ${why.join(', ')}`)
  throw new CroftError('invalid', `${where} is not as it should be: ${summary.join('; ')}`, fields)
}

/** PostgreSQL stores no NUL in texts, and nobody needs one. */
function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\u0000')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => key.includes('\u0000') || holdsNul(inner))
}

function answer(endpoint: Endpoint, result: unknown): Response {
  if (endpoint.response === undefined) return new Response(null, { status: endpoint.status ?? 204 })
  const wire = JSON.parse(JSON.stringify(result)) as unknown
  return Response.json(endpoint.response.parse(wire), {
    status: endpoint.status ?? 200,
    headers: { 'cache-control': 'no-store' },
  })
}
