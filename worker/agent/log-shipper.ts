import { setTimeout as wait } from 'node:timers/promises'
import type { LogLine } from './executors/executor'

const BATCH_LINES = 500
const BATCH_MS = 400
/** With more lines than this unsent, the work has to wait. */
const HIGH_WATER = 20_000

/**
 * Sends a task's lines in chunks, counted from 1 without gaps, each until it is acknowledged. `send` gives false when
 * the lease is gone: what is left is dropped then.
 */
export class LogShipper {
  private queue: LogLine[] = []
  private chunk = 1
  private dropped = false
  private closing = false
  private readonly finished: Promise<void>
  private wake: () => void = () => undefined

  constructor(private readonly send: (chunk: number, lines: LogLine[]) => Promise<boolean>) {
    this.finished = this.run()
  }

  add(line: LogLine): void | Promise<void> {
    if (this.dropped) return
    this.queue.push(line)
    if (this.queue.length > HIGH_WATER) return this.room()
  }

  private async room(): Promise<void> {
    while (this.queue.length > HIGH_WATER / 2 && !this.dropped) await wait(50)
  }

  /** Sends what is left and resolves when all of it is acknowledged or dropped. */
  async close(): Promise<void> {
    this.closing = true
    this.wake()
    await this.finished
  }

  private async run(): Promise<void> {
    while (!this.dropped) {
      if (this.queue.length === 0) {
        if (this.closing) return
      } else {
        const lines = this.queue.slice(0, BATCH_LINES)
        if (await this.send(this.chunk, lines)) {
          this.chunk += 1
          this.queue.splice(0, lines.length)
          if (this.queue.length >= BATCH_LINES) continue
        } else {
          this.dropped = true
          this.queue = []
          return
        }
      }
      if (!this.closing) await this.pause()
    }
  }

  private pause(): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, BATCH_MS)
      this.wake = () => {
        clearTimeout(timer)
        done()
      }
    })
  }
}
