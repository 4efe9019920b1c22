import { stringify } from 'yaml'
import { z } from 'zod'
import type { Route } from './route'
import type { Wire } from './wire'

type Json = Record<string, unknown>
type Taken = NonNullable<NonNullable<Route['takes']>['body']>

/** What a caller sends, as JSON Schema; checks that it cannot say are left to the answer. */
function schemaOf(taken: Taken, wire: Wire): Json {
  const schema = taken instanceof z.ZodType ? taken : taken(wire)
  const json: Json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' })
  return Object.fromEntries(Object.entries(json).filter(([key]) => key !== '$schema'))
}

const openPath = (path: string) => (path === '' ? '/' : path.replace(/:(\w+)/g, '{$1}'))
const needs = ({ access }: Route) =>
  access === 'optional' ? 'Public.' : access === 'token' ? 'Any valid token.' : `Needs ${access}.`

function operationOf(route: Route, wire: Wire): Json {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const { properties = {}, required = [] } = (
    route.takes?.query === undefined ? {} : schemaOf(route.takes.query, wire)
  ) as { properties?: Record<string, Json>; required?: string[] }
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
  return {
    summary: route.summary,
    description: needs(route),
    ...(route.access !== 'optional' && { security: [{ token: [] }] }),
    parameters: [...inPath, ...inQuery],
    ...(route.takes?.body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.takes.body, wire) } } },
    }),
    responses: { '2XX': { description: 'Done' }, '4XX': { description: 'Refused; the body says why' } },
  }
}

/** Zimfarm v1's door as OpenAPI 3.1 in YAML, made from the table of routes and from the schemas that check each request. */
export function describeV1(routes: readonly Route[], wire: Wire, publicUrl: string): string {
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = openPath(route.path)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, wire) }
  }
  return stringify(
    {
      openapi: '3.1.0',
      info: {
        title: 'Croft: Zimfarm v1',
        version: '1',
        description: "For clients of Zimfarm v1. Croft's own API is at /api/farm/openapi.json.",
      },
      servers: [{ url: `${publicUrl.replace(/\/$/, '')}/v1` }],
      paths,
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    { aliasDuplicateObjects: false },
  )
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** The same for people: one line for each route. */
export function pageV1(routes: readonly Route[]): string {
  const rows = routes.map(
    (route) =>
      `<tr><td>${route.method}</td><td><code>/v1${escaped(route.path)}</code></td><td>${escaped(route.summary)}</td><td>${escaped(needs(route))}</td></tr>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Zimfarm v1 at Croft</title>
<style>body{font:1rem/1.5 system-ui;margin:2rem auto;max-width:70rem;padding:0 1rem;color-scheme:light dark}td{padding:.25rem 1rem .25rem 0;vertical-align:top}</style></head>
<body><h1>Zimfarm v1</h1><p>For clients of Zimfarm v1. Described in <a href="/v1/openapi.yaml">openapi.yaml</a>.</p>
<table>${rows.join('\n')}</table></body></html>
`
}
