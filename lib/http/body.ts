import { CroftError } from '#lib/core/error'

/** Largest JSON body, in bytes. */
export const BODY_LIMIT = 2 * 1024 * 1024

/** The text of a body of at most `limit` bytes. @throws CroftError too_large; invalid when it is no UTF-8 */
export async function readText(request: Request, limit = BODY_LIMIT): Promise<string> {
  const tooLarge = () => new CroftError('too_large', `the body must not have more than ${limit} bytes`)
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge()
  const parts: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  while (reader !== undefined) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > limit) {
      await reader.cancel()
      throw tooLarge()
    }
    parts.push(value)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))
  } catch {
    throw new CroftError('invalid', 'the body is no UTF-8')
  }
}

/** Deeper than any document of ours; whoever walks a value may then recurse. */
const DEPTH_LIMIT = 100

/** The JSON value of a text. @throws CroftError invalid */
export function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new CroftError('invalid', 'the body is no well-formed JSON')
  }
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEPTH_LIMIT) throw new CroftError('invalid', `the body is nested more than ${DEPTH_LIMIT} deep`)
    level = level.flatMap((inner): unknown[] =>
      typeof inner === 'object' && inner !== null ? Object.values(inner) : [],
    )
  }
  return value
}
