import { Readable } from 'node:stream'
import { CroftError } from '#lib/core/error'
import type { Context } from '#lib/services/context'
import { findFile } from '#lib/services/files/upload'
import { errorResponse } from './errors'
import { LENGTH } from './length'

/** One range of bytes (RFC 9110 §14): undefined for the whole, null when it cannot be met. */
export function parseRange(header: string | null, size: number): { start: number; end: number } | null | undefined {
  const match = header === null ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim())
  if (match === null || (match[1] === '' && match[2] === '')) return undefined
  const [, from = '', to = ''] = match
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  return start > end || start >= size ? null : { start, end }
}

const attachment = (name: string) =>
  `attachment; filename="${name.replace(/[^\x20-\x7e]|["\\]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`

/** The bytes of a file as a stream, from whichever storage: ranges, If-None-Match, HEAD. Never shown as a page. */
export async function download(ctx: Context, id: string, request: Request): Promise<Response> {
  const file = await findFile(ctx, id)
  const etag = `"${file.sha256 ?? `${file.id}-${file.size}`}"`
  const headers = new Headers({
    etag,
    'accept-ranges': 'bytes',
    // A range counts the bytes as they are: nobody may compress them.
    'cache-control': 'private, no-cache, no-transform',
    'content-type': file.mediaType,
    'content-disposition': attachment(file.name),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'last-modified': (file.uploadedAt ?? file.createdAt).toUTCString(),
  })
  if (request.headers.get('if-none-match')?.split(/,\s*/).includes(etag))
    return new Response(null, { status: 304, headers })
  const condition = request.headers.get('if-range')
  const range =
    condition === null || condition === etag ? parseRange(request.headers.get('range'), file.size) : undefined
  if (range === null) {
    const refused = errorResponse(
      new CroftError('range_not_satisfiable', `the file has ${file.size} bytes: ask for a range within`),
    )
    refused.headers.set('content-range', `bytes */${file.size}`)
    return refused
  }
  const length = String(range === undefined ? file.size : range.end - range.start + 1)
  for (const name of ['content-length', LENGTH]) headers.set(name, length)
  if (range !== undefined) headers.set('content-range', `bytes ${range.start}-${range.end}/${file.size}`)
  const status = range === undefined ? 200 : 206
  if (request.method === 'HEAD') return new Response(null, { status, headers })
  const stream = await ctx.storage.open(file.storageKey, range)
  request.signal.addEventListener('abort', () => stream.destroy())
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, { status, headers })
}
