/** A route handler, as Next calls it: the path's parameters stay encoded. */
type Handler = (
  request: Request,
  next: { params: Promise<Record<string, string | string[]>> },
) => Response | Promise<Response>
/** What a `route.ts` exports, by method; it may also hold settings for Next. */
export type RouteModule = Record<string, unknown>
export type Found = { module: RouteModule; params: Record<string, string | string[]> }

type Node = {
  module?: RouteModule
  literal: Map<string, Node>
  /** The segment that takes anything, such as `[id]`. */
  one?: { name: string; node: Node }
  /** What takes all the rest, such as `[...path]`; `[[...path]]` also takes none. */
  rest?: { name: string; module: RouteModule; optional: boolean }
}

/** Finds route handlers by Next's own rules: what is spelled out first, then one segment, then all the rest. */
export class RouteTable {
  private readonly root: Node = { literal: new Map() }

  /** @param files the path of each below `app/`, such as `(protocols)/v1/[[...path]]/route.ts` */
  constructor(files: readonly (readonly [string, RouteModule])[]) {
    for (const [file, module] of files) this.add(file, module)
  }

  private add(file: string, module: RouteModule): void {
    let node = this.root
    for (const part of file.split('/').slice(0, -1)) {
      if (/^\(.*\)$/.test(part)) continue
      const rest = /^(\[?)\[\.\.\.(\w+)\]\]?$/.exec(part)
      if (rest !== null) {
        node.rest = { name: rest[2] ?? '', module, optional: rest[1] === '[' }
        return
      }
      const one = /^\[(\w+)\]$/.exec(part)?.[1]
      const next: Node = (one === undefined ? node.literal.get(part) : node.one?.node) ?? { literal: new Map() }
      if (one === undefined) node.literal.set(part, next)
      else node.one = { name: one, node: next }
      node = next
    }
    node.module = module
  }

  /** The handlers of a path, encoded as it came; null when Next has to look at it. */
  find(path: string): Found | null {
    const parts = path.split('/').slice(1)
    if (parts.at(-1) === '') parts.pop()
    return walk(this.root, parts, 0, {})
  }
}

function walk(node: Node, parts: readonly string[], at: number, params: Found['params']): Found | null {
  const part = parts[at]
  if (part === undefined) {
    if (node.module !== undefined) return { module: node.module, params }
    return node.rest?.optional === true ? { module: node.rest.module, params } : null
  }
  const literal = node.literal.get(part)
  const found = literal === undefined ? null : walk(literal, parts, at + 1, params)
  if (found !== null) return found
  if (node.one !== undefined) {
    const one = walk(node.one.node, parts, at + 1, { ...params, [node.one.name]: part })
    if (one !== null) return one
  }
  const { rest } = node
  return rest === undefined ? null : { module: rest.module, params: { ...params, [rest.name]: parts.slice(at) } }
}

/** The handler for a method; HEAD falls back to GET, as in Next. Null when Next has to answer. */
export function handlerOf(module: RouteModule, method: string): Handler | null {
  const handler = module[method] ?? (method === 'HEAD' ? module.GET : undefined)
  return typeof handler === 'function' ? (handler as Handler) : null
}
