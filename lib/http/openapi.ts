import { z } from 'zod'
import { ENDPOINTS } from '#lib/contract/endpoints'
import type { Endpoint } from '#lib/contract/endpoint'
import { errorBody } from '#lib/contract/shared'

type Json = Record<string, unknown>

/** A schema as JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. `input` is what a caller sends. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const json: Json = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' })
  return Object.fromEntries(Object.entries(json).filter(([key]) => key !== '$schema'))
}

function parametersOf(endpoint: Endpoint): Json[] {
  const from = (schema: z.ZodType | undefined, where: 'path' | 'query'): Json[] => {
    if (schema === undefined) return []
    const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
      properties?: Record<string, Json>
      required?: string[]
    }
    return Object.entries(properties).map(([name, property]) => ({
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      schema: property,
      ...(typeof property.description === 'string' && { description: property.description }),
    }))
  }
  return [...from(endpoint.params, 'path'), ...from(endpoint.query, 'query')]
}

const ACCESS: Record<string, string> = {
  public: 'Everybody may call it.',
  signed_in: 'Whoever is signed in may call it.',
}

function operationOf(id: string, endpoint: Endpoint): Json {
  const status = String(
    endpoint.status ?? (endpoint.response === undefined && endpoint.responseMedia === undefined ? 204 : 200),
  )
  const content =
    endpoint.responseMedia !== undefined
      ? { [endpoint.responseMedia]: { schema: { type: 'string' } } }
      : endpoint.response !== undefined
        ? { 'application/json': { schema: schemaOf(endpoint.response, 'output') } }
        : undefined
  const error = (description: string) => ({
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  })
  const access = ACCESS[endpoint.access] ?? `Needs the permission \`${endpoint.access}\`.`
  return {
    operationId: id,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: [endpoint.description, access].filter(Boolean).join('\n\n'),
    ...(endpoint.access !== 'public' && { security: [{ bearer: [] }, { cookie: [] }] }),
    parameters: parametersOf(endpoint),
    ...(endpoint.body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(endpoint.body, 'input') } } },
    }),
    ...(endpoint.requestMedia !== undefined && {
      requestBody: {
        required: true,
        content: { [endpoint.requestMedia]: { schema: { type: 'string', contentMediaType: endpoint.requestMedia } } },
      },
    }),
    responses: {
      [status]: { description: 'Done', ...(content !== undefined && { content }) },
      '400': error('What was sent does not fit'),
      ...(endpoint.access !== 'public' && { '401': error('Not signed in'), '403': error('Not allowed') }),
      ...(endpoint.params !== undefined && { '404': error('Not found') }),
    },
  }
}

/** Croft's own API as OpenAPI 3.1, made from the schemas that check each request. */
export function openApi(serverUrl: string) {
  const paths: Record<string, Json> = {}
  for (const [id, endpoint] of Object.entries(ENDPOINTS)) {
    const path = `/api/farm${endpoint.path}`
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(id, endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Croft',
      version: '0.1.0',
      description: 'The API of a Croft farm.',
      license: { name: 'GPL-3.0-or-later', identifier: 'GPL-3.0-or-later' },
    },
    servers: [{ url: serverUrl }],
    tags: [...new Set(Object.values(ENDPOINTS).map((endpoint) => endpoint.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An access token of POST /api/farm/session, or an API token',
        },
        cookie: { type: 'apiKey', in: 'cookie', name: 'croft.session', description: "The browser's session" },
      },
      schemas: { Error: schemaOf(errorBody, 'output') },
    },
  }
}
