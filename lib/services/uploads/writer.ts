import { createHash, type Hash } from 'node:crypto'
import { CroftError } from '#lib/core/error'
import { UPLOAD_LIMIT } from '#lib/core/upload'
import type { Prisma } from '#lib/db/client'
import type { Draft } from '#lib/storage/storage'
import type { Context } from '../context'

export type UploadRow = Prisma.UploadGetPayload<object>

/** The size of a row while somebody writes: what is there is not known before the writer closes. */
export const OPEN = -1n

const BUFFER = 1024 * 1024
/** How far ahead of the end a piece may come: some clients send several at once, in any order. */
const AHEAD = 4 * 1024 * 1024

/** Who writes which upload in this process: a newcomer puts the former writer out before it goes on. */
const writers = new Map<string, UploadWriter>()
export const writerOf = (uploadId: string) => writers.get(uploadId)

export const offsetConflict = (size: number) =>
  new CroftError('conflict', `${size} bytes have come: go on there, or send the file again from its start`)
const overtaken = () => new CroftError('conflict', 'another upload of this file has begun: this one is over')

/**
 * Writes one upload at its end. Of two writers of the same upload the later one counts: the fence in the row says so in
 * every process.
 */
export class UploadWriter {
  private hash: Hash | null
  private waiting: Buffer[] = []
  private waitingSize = 0
  private readonly ahead = new Map<number, Buffer>()
  private aheadSize = 0
  private queue: Promise<unknown> = Promise.resolve()
  private over = false

  constructor(
    private readonly ctx: Context,
    readonly row: UploadRow,
    private readonly draft: Draft,
  ) {
    this.hash = draft.size === 0 ? createHash('sha256') : null
    writers.set(row.id, this)
  }

  /** Bytes so far. */
  get size(): number {
    return this.draft.size + this.waitingSize
  }

  /** One thing after the other, in the order of the calls. */
  private serial<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work)
    this.queue = result.catch(() => undefined)
    return result
  }

  /** Takes a piece. It must follow what is there. @throws CroftError conflict, too_large */
  write(offset: number, chunk: Buffer): Promise<void> {
    return this.serial(async () => {
      if (this.over) throw overtaken()
      if (offset > this.size && offset - this.size <= AHEAD && this.aheadSize + chunk.length <= AHEAD) {
        this.ahead.set(offset, chunk)
        this.aheadSize += chunk.length
        return
      }
      if (offset !== this.size) throw offsetConflict(this.size)
      await this.take(chunk)
      for (let next = this.ahead.get(this.size); next !== undefined; next = this.ahead.get(this.size)) {
        this.ahead.delete(this.size)
        this.aheadSize -= next.length
        await this.take(next)
      }
    })
  }

  private async take(chunk: Buffer): Promise<void> {
    const declared = this.row.declaredSize === null ? UPLOAD_LIMIT : Number(this.row.declaredSize)
    const limit = Math.min(UPLOAD_LIMIT, declared)
    if (this.size + chunk.length > limit)
      throw new CroftError('too_large', `the file must not have more than ${limit} bytes`)
    this.hash?.update(chunk)
    this.waiting.push(chunk)
    this.waitingSize += chunk.length
    if (this.waitingSize >= BUFFER) await this.flush()
  }

  private async flush(): Promise<void> {
    const chunk = this.waiting.length === 1 ? this.waiting[0] : Buffer.concat(this.waiting)
    this.waiting = []
    this.waitingSize = 0
    if (chunk === undefined || chunk.length === 0) return
    try {
      await this.draft.append(chunk)
    } catch (error) {
      // What was hashed is not what is there.
      this.hash = null
      throw error
    }
  }

  /**
   * Keeps what has come, to be gone on with. Twice is once.
   * @throws CroftError invalid when a piece in the middle has not come; conflict when a later writer has begun
   */
  close(): Promise<void> {
    return this.serial(async () => {
      if (this.over) return
      this.over = true
      if (writers.get(this.row.id) === this) writers.delete(this.row.id)
      await this.flush()
      await this.draft.close()
      const { count } = await this.ctx.db.upload.updateMany({
        where: { id: this.row.id, fence: this.row.fence },
        data: { size: this.size, sha256: this.hash?.digest('hex') ?? null, updatedAt: this.ctx.now() },
      })
      if (count === 0) throw overtaken()
      if (this.aheadSize > 0)
        throw new CroftError('invalid', `a piece after ${this.size} bytes has not come: go on there`)
    })
  }
}
