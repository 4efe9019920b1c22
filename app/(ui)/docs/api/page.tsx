import type { Metadata } from 'next'
import { openApi } from '#lib/http/openapi'

export const metadata: Metadata = { title: 'API reference' }

type Schema = {
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  description?: string
  default?: unknown
  format?: string
}
type Operation = {
  operationId: string
  tags: string[]
  summary: string
  description: string
  parameters: { name: string; in: string; required: boolean; schema: Schema; description?: string }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return [...new Set(choices.map(typeOf))].join(' | ')
  if (schema.type === 'array') return `${schema.items === undefined ? 'any' : typeOf(schema.items)}[]`
  if (Array.isArray(schema.type)) return schema.type.join(' | ')
  return schema.format ?? schema.type ?? 'any'
}

function Fields({ schema }: { schema: Schema }) {
  const variants = schema.oneOf ?? schema.anyOf ?? [schema]
  return variants.map((variant, index) => (
    <dl
      key={index}
      className="border-line grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1 border-l pl-3 text-sm"
    >
      {Object.entries(variant.properties ?? {}).map(([name, field]) => (
        <div key={name} className="contents">
          <dt>
            <code>{name}</code>
            {variant.required?.includes(name) === true && <span className="text-bad"> *</span>}
          </dt>
          <dd className="text-muted break-words">
            <code className="text-xs">{typeOf(field)}</code>
            {field.default !== undefined && ` = ${JSON.stringify(field.default)}`}
            {field.description !== undefined && ` – ${field.description}`}
          </dd>
        </div>
      ))}
    </dl>
  ))
}

const bodyOf = (content: Record<string, { schema: Schema }> | undefined) => Object.entries(content ?? {})[0]

function OperationView({ method, path, operation }: { method: string; path: string; operation: Operation }) {
  const request = bodyOf(operation.requestBody?.content)
  const [status = '', answer] = Object.entries(operation.responses).find(([code]) => code.startsWith('2')) ?? []
  const given = bodyOf(answer?.content)
  return (
    <section id={operation.operationId} className="panel space-y-3 p-4" aria-label={operation.summary}>
      <h3 className="font-medium">
        <a href={`#${operation.operationId}`}>{operation.summary}</a>
      </h3>
      <p className="font-mono text-sm break-all">
        <span className="text-accent font-semibold">{method.toUpperCase()}</span> {path}
      </p>
      <p className="text-muted text-sm whitespace-pre-wrap">{operation.description.replaceAll('`', '')}</p>
      {operation.parameters.length > 0 && (
        <Fields
          schema={{
            properties: Object.fromEntries(
              operation.parameters.map(({ name, schema, description }) => [name, { ...schema, description }]),
            ),
            required: operation.parameters.filter(({ required }) => required).map(({ name }) => name),
          }}
        />
      )}
      {request !== undefined && (
        <>
          <p className="label">Body: {request[0]}</p>
          <Fields schema={request[1].schema} />
        </>
      )}
      <details className="text-sm">
        <summary className="label cursor-pointer">
          Answer {status}
          {given !== undefined && `: ${given[0]}`}
        </summary>
        {given !== undefined && <Fields schema={given[1].schema} />}
      </details>
    </section>
  )
}

export default function Page() {
  const document = openApi('')
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation: operation as Operation })),
  )
  return (
    <div className="max-w-3xl">
      <h1>API reference</h1>
      <p className="text-muted mt-2 mb-6">
        Made from the schemas that check each request; the same as{' '}
        <a className="link" href="/api/farm/openapi.json">
          OpenAPI 3.1
        </a>
        .
      </p>
      {document.tags.map(({ name }) => (
        <section key={name} className="mb-8">
          <h2 className="mb-3">{name}</h2>
          <div className="space-y-4">
            {operations
              .filter(({ operation }) => operation.tags[0] === name)
              .map((one) => (
                <OperationView key={one.operation.operationId} {...one} />
              ))}
          </div>
        </section>
      ))}
    </div>
  )
}
