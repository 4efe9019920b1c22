import { createHash, randomUUID } from 'node:crypto'
import { ANONYMOUS } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { isTemporary, UPLOAD_LIMIT, uploadPath } from '#lib/core/upload'
import type { Context } from '#lib/services/context'
import { actorOfSignedUpload } from '#lib/services/uploads/address'
import { currentSize, findUpload, removeUpload } from '#lib/services/uploads/area'
import { areaOwner, openUpload, type OpenUpload } from '#lib/services/uploads/open'
import { makeWhole, missingBytes, settleFor, settleUpload } from '#lib/services/uploads/settle'
import type { UploadRow } from '#lib/services/uploads/writer'
import { actorOfRequest } from './actor'
import { errorResponse } from './errors'
import { failure } from './route'

const TUS = '1.0.0'
const TUS_HEADERS = {
  'tus-version': TUS,
  'tus-extension': 'creation,creation-with-upload,termination,checksum',
  'tus-max-size': String(UPLOAD_LIMIT),
  'tus-checksum-algorithm': 'sha256',
}
const PIECE = 'application/offset+octet-stream'
/** Largest piece with a checksum of its own: it is held back until the checksum is known to be right. */
const CHECKED_PIECE = 64 * 1024 * 1024

type Call = { ctx: Context; request: Request; url: URL; path: string; taskId: string | null; tus: boolean }
type Declared = NonNullable<OpenUpload['declared']>

/**
 * The farm's own receiver, at /upload/<area>/<folder>/<file>: a whole file by PUT or POST, the rest of one by PUT with
 * Content-Range, or in pieces as tus 1.0 says. HEAD tells how much has come. Who uploads is told by a bearer token or by
 * the signed address that a task gives its worker.
 */
export async function handleUpload(context: Omit<Context, 'actor'>, request: Request): Promise<Response> {
  const requestId = randomUUID()
  const tus = request.headers.has('tus-resumable')
  let response: Response
  try {
    response = await answer(context, request, tus)
  } catch (error) {
    response =
      error instanceof Misplaced ? misplaced(error) : failure(error, context.log.child({ requestId }), requestId)
  }
  response.headers.set('x-request-id', requestId)
  response.headers.set('cache-control', 'no-store')
  if (tus || request.method === 'OPTIONS') response.headers.set('tus-resumable', TUS)
  return response
}

/** A piece that does not begin where the last one ended: the answer says where that was. */
class Misplaced extends Error {
  constructor(
    readonly size: number,
    readonly why: CroftError,
  ) {
    super(why.message)
  }
}
function misplaced({ size, why }: Misplaced): Response {
  const response = errorResponse(why)
  response.headers.set('upload-offset', String(size))
  return response
}

async function answer(context: Omit<Context, 'actor'>, request: Request, tus: boolean): Promise<Response> {
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: TUS_HEADERS })
  if (tus && request.headers.get('tus-resumable') !== TUS)
    return Response.json(
      { error: { code: 'invalid', message: `this receiver speaks tus ${TUS}` } },
      { status: 412, headers: { 'tus-version': TUS } },
    )
  const url = new URL(request.url)
  const path = decoded(url.pathname.replace(/^\/upload/, ''))
  const anonymous: Context = { ...context, actor: ANONYMOUS }
  const signed = url.searchParams.has('signature') ? await actorOfSignedUpload(anonymous, url.searchParams, path) : null
  const ctx = { ...anonymous, actor: signed?.actor ?? (await actorOfRequest(anonymous, request)) }
  areaOwner(ctx)
  const call = { ctx, request, url, path, taskId: signed?.taskId ?? null, tus }
  switch (request.method) {
    case 'HEAD':
      return head(call)
    case 'PUT':
      return put(call)
    case 'POST':
      return tus ? create(call) : put(call)
    case 'PATCH':
      return patch(call)
    case 'DELETE':
      await removeUpload(ctx, path)
      return new Response(null, { status: 204 })
    default:
      return Response.json(
        { error: { code: 'invalid', message: 'files can be uploaded here, not read: use PUT, HEAD, or tus' } },
        { status: 405, headers: { allow: 'HEAD, PUT, POST, PATCH, DELETE, OPTIONS' } },
      )
  }
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    throw new CroftError('invalid', 'the address is not well encoded')
  }
}

function wholeNumber(text: string | null, name: string): number | null {
  if (text === null) return null
  if (!/^\d{1,15}$/.test(text)) throw new CroftError('invalid', `${name} must be a whole number`)
  return Number(text)
}

async function head({ ctx, path }: Call): Promise<Response> {
  const row = await findUpload(ctx, path)
  if (row === null) return new Response(null, { status: 404 })
  const length = row.wholeAt === null ? row.declaredSize : row.size
  const headers = { 'upload-offset': String(await currentSize(ctx, row)) }
  return new Response(null, { headers: length === null ? headers : { ...headers, 'upload-length': String(length) } })
}

/** A whole file, or with Content-Range the rest of one (as `curl -C <offset> -T` sends it). */
async function put(call: Call): Promise<Response> {
  const { request, path } = call
  uploadPath(path)
  const range = rangeOf(request.headers.get('content-range'))
  const length = wholeNumber(request.headers.get('content-length'), 'Content-Length')
  const size = range === null ? length : range.total
  const sha256 = announcedHash(call)
  const declared: Declared = { ...(size !== null && { size }), ...(sha256 !== null && { sha256 }) }
  const start = range?.start ?? 0
  const row = await receivePiece(call, { start, declared, mode: start === 0 ? 'new' : 'continue' }, request.body)
  const last = range === null || range.total === null || range.end + 1 === range.total
  if (!last) return new Response(null, { status: 202, headers: { 'upload-offset': String(row.size) } })
  if (range !== null && row.size !== BigInt(range.end + 1))
    throw new Misplaced(Number(row.size), new CroftError('invalid', 'fewer bytes came than Content-Range tells'))
  const { fileId, whole } = await complete(call, row)
  return Response.json(
    { path: whole.path, size: Number(whole.size), sha256: whole.sha256, file: fileId },
    { status: 201 },
  )
}

function rangeOf(header: string | null): { start: number; end: number; total: number | null } | null {
  if (header === null) return null
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header.trim())
  const [, start = '', end = '', total = ''] = match ?? []
  const range = { start: Number(start), end: Number(end), total: total === '*' ? null : Number(total) }
  if (match === null || range.start > range.end || (range.total !== null && range.end >= range.total))
    throw new CroftError('invalid', 'Content-Range must be as in: bytes 1000-1999/2000')
  return range
}

/** The SHA-256 of the whole file, as the client announces it: Repr-Digest (RFC 9530) or `?sha256=` in hex. */
function announcedHash({ request, url }: Call): string | null {
  const hex = url.searchParams.get('sha256')
  const digest = request.headers.get('repr-digest')
  if (hex === null && digest === null) return null
  const found = hex ?? hexOf(/(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):/.exec(digest ?? '')?.[1] ?? '')
  if (!/^[0-9a-f]{64}$/i.test(found))
    throw new CroftError('invalid', 'announce the SHA-256 as Repr-Digest: sha-256=:<base64>: or as ?sha256=<hex>')
  return found.toLowerCase()
}
const hexOf = (base64: string) => Buffer.from(base64, 'base64').toString('hex')

/** Takes in a piece that must begin where the last one ended. What came stays, also when the client breaks off. */
async function receivePiece(
  { ctx, path }: Call,
  piece: { start: number; declared: Declared; mode: OpenUpload['mode'] },
  body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null,
): Promise<UploadRow> {
  if (piece.mode === 'continue') {
    const before = await findUpload(ctx, path)
    if (before === null) throw new CroftError('not_found', 'nothing of this file has come: send it from its start')
    const size = await currentSize(ctx, before)
    if (size !== piece.start)
      throw new Misplaced(size, new CroftError('conflict', `${size} bytes have come: go on there`))
  }
  const writer = await openUpload(ctx, { path, mode: piece.mode, declared: piece.declared })
  try {
    let at = piece.start
    for await (const chunk of chunksOf(body)) {
      await writer.write(at, chunk)
      at += chunk.length
    }
  } catch (error) {
    await writer.close().catch(() => undefined)
    throw error
  }
  await writer.close()
  return ctx.db.upload.findUniqueOrThrow({ where: { id: writer.row.id } })
}

/** The body as it comes. One that is not read to its end is left to the server, which drops the rest. */
async function* chunksOf(body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null): AsyncGenerator<Buffer> {
  const source = ((body ?? []) as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]?.() ?? null
  while (source !== null) {
    const next = await source.next().catch(() => {
      throw new CroftError('invalid', 'the upload was cut off: ask with HEAD how much has come, and go on there')
    })
    if (next.done === true) return
    yield Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
  }
}

/** All has come: it is compared with what was announced, and becomes its task's file. */
async function complete({ ctx, taskId }: Call, row: UploadRow): Promise<{ fileId: string | null; whole: UploadRow }> {
  const missing = isTemporary(row.path) ? null : await missingBytes(ctx, row)
  if (missing !== null)
    throw new Misplaced(
      Number(row.size),
      new CroftError('conflict', `its task announced ${missing} bytes: go on there`),
    )
  const made = row.wholeAt === null ? await makeWhole(ctx, row) : row
  const whole = made ?? (await ctx.db.upload.findUnique({ where: { id: row.id } }))
  if (whole === null) throw new CroftError('conflict', 'another upload of this file has begun: this one is over')
  if (isTemporary(row.path)) return { fileId: null, whole }
  return { fileId: taskId === null ? await settleUpload(ctx, row.id) : await settleFor(ctx, whole, taskId), whole }
}

/** tus: creation. At a folder's address the file's name is taken from the metadata. */
async function create(call: Call): Promise<Response> {
  const { request, url } = call
  const size = wholeNumber(request.headers.get('upload-length'), 'Upload-Length')
  if (size === null) throw new CroftError('invalid', 'tell the size of the file as Upload-Length')
  const told = metadataOf(request.headers.get('upload-metadata'))
  const folder = call.path.endsWith('/')
  if (folder && told.filename === undefined)
    throw new CroftError('invalid', 'tell the name of the file, in the address or as filename in Upload-Metadata')
  const path = folder ? `${call.path}${(told.filename ?? '').replaceAll('/', '_')}` : call.path
  const sha256 = told.sha256?.toLowerCase() ?? announcedHash(call)
  if (sha256 !== null && !/^[0-9a-f]{64}$/.test(sha256))
    throw new CroftError('invalid', 'sha256 in Upload-Metadata must be in hex')
  const declared: Declared = { size, ...(sha256 !== null && { sha256 }) }
  const named = { ...call, path: uploadPath(path).path }
  const body = request.headers.get('content-type') === PIECE ? request.body : null
  const row = await receivePiece(named, { start: 0, declared, mode: 'new' }, body)
  if (row.size === row.declaredSize) await complete(named, row)
  const location = `/upload${named.path.split('/').map(encodeURIComponent).join('/')}${url.search}`
  return new Response(null, { status: 201, headers: { location, 'upload-offset': String(row.size) } })
}

function metadataOf(header: string | null): Partial<Record<string, string>> {
  return Object.fromEntries(
    (header ?? '')
      .split(',')
      .map((pair) => pair.trim().split(' '))
      .filter(([key]) => key === 'filename' || key === 'sha256')
      .map(([key = '', value = '']) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  )
}

/** tus: the next piece. */
async function patch(call: Call): Promise<Response> {
  const { ctx, request, path } = call
  if (request.headers.get('content-type') !== PIECE)
    throw new CroftError('unsupported_media_type', `send a piece with Content-Type: ${PIECE}`)
  const start = wholeNumber(request.headers.get('upload-offset'), 'Upload-Offset')
  if (start === null) throw new CroftError('invalid', 'tell where the piece begins as Upload-Offset')
  const before = await findUpload(ctx, path)
  if (before !== null && before.wholeAt !== null) {
    const size = Number(before.size)
    if (start !== size) throw new Misplaced(size, new CroftError('conflict', 'the file is whole'))
    return new Response(null, { status: 204, headers: { 'upload-offset': String(size) } })
  }
  const checksum = request.headers.get('upload-checksum')
  const body = checksum === null ? request.body : await checkedPiece(request, checksum)
  if (body === 'wrong')
    return Response.json(
      { error: { code: 'invalid', message: 'the piece arrived damaged: send it again' } },
      { status: 460 },
    )
  const row = await receivePiece(call, { start, declared: {}, mode: 'continue' }, body)
  if (row.size === row.declaredSize) await complete(call, row)
  return new Response(null, { status: 204, headers: { 'upload-offset': String(row.size) } })
}

async function* one(piece: Buffer) {
  yield await Promise.resolve(piece)
}
async function checkedPiece(request: Request, header: string): Promise<AsyncIterable<Uint8Array> | 'wrong'> {
  const [algorithm, value = ''] = header.split(' ')
  if (algorithm !== 'sha256') throw new CroftError('invalid', 'Upload-Checksum can be sha256 here')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of chunksOf(request.body)) {
    size += chunk.length
    if (size > CHECKED_PIECE)
      throw new CroftError('too_large', `a piece with a checksum must not have more than ${CHECKED_PIECE} bytes`)
    chunks.push(chunk)
  }
  const piece = Buffer.concat(chunks)
  return createHash('sha256').update(piece).digest('base64') === value ? one(piece) : 'wrong'
}
