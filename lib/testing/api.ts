import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = 'app/api/farm'
type Handler = (request: Request, next: { params: Promise<Record<string, string>> }) => Promise<Response>

/** Our own API within the process: calls the routes as Next does, the most literal path that fits. `useRuntime` first. */
export async function testApi(): Promise<typeof fetch> {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('route.ts'))
  const routes = await Promise.all(
    files.map(async (file) => ({
      pattern: file.split('/').slice(0, -1),
      module: (await import(/* @vite-ignore */ join(process.cwd(), ROOT, file))) as Record<string, Handler | undefined>,
    })),
  )
  const parameters = (pattern: string[]) => pattern.filter((part) => part.startsWith('[')).length
  return async (input, init) => {
    const request = new Request(input, init)
    const parts = new URL(request.url).pathname.slice('/api/farm/'.length).split('/')
    const [route] = routes
      .filter(
        ({ pattern }) =>
          pattern.length === parts.length &&
          pattern.every((part, index) => part.startsWith('[') || part === parts[index]),
      )
      .sort((a, b) => parameters(a.pattern) - parameters(b.pattern))
    const handler = route?.module[request.method]
    if (route === undefined || handler === undefined) return new Response(null, { status: 404 })
    const params = Object.fromEntries(
      route.pattern.flatMap((part, index) => (part.startsWith('[') ? [[part.slice(1, -1), parts[index] ?? '']] : [])),
    )
    return handler(request, { params: Promise.resolve(params) })
  }
}
