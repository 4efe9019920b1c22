import { createHash } from 'node:crypto'
import { Readable, Transform } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { CroftError } from '#lib/core/error'
import type { Context } from '../context'

export type Received = { size: number; sha256: string }

/**
 * Streams a body into the storage under `key` while counting and hashing it. On any failure nothing stays there.
 * @throws CroftError too_large; invalid when the body ended early or is not what was announced
 */
export async function receive(
  ctx: Context,
  input: { key: string; body: ReadableStream<Uint8Array> | null; limit: number; size?: number; sha256?: string },
): Promise<Received> {
  const hash = createHash('sha256')
  let size = 0
  const meter = new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length
      if (size > input.limit)
        return done(new CroftError('too_large', `the file must not have more than ${input.limit} bytes`))
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      done(
        input.size === undefined || input.size === size
          ? null
          : wrong(`the file has ${size} bytes, but ${input.size} were announced: send it again`),
      )
    },
  })
  const source = input.body === null ? Readable.from([]) : Readable.fromWeb(input.body as WebStream)
  source.once('error', (error) => meter.destroy(error))
  try {
    await ctx.storage.put(input.key, source.pipe(meter), input.size ?? 0)
  } catch (error) {
    source.destroy()
    if (error instanceof CroftError) throw error
    if (source.errored !== null) throw wrong('the upload was cut off: send it again')
    throw error
  }
  const sha256 = hash.digest('hex')
  if (input.sha256 !== undefined && input.sha256 !== sha256) {
    await ctx.storage.remove(input.key)
    throw wrong('the file arrived damaged: its SHA-256 is not the one that was announced; send it again')
  }
  return { size, sha256 }
}
const wrong = (message: string) => new CroftError('invalid', message)
