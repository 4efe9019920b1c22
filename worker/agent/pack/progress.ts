import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** `overall` is a whole percentage; `done` of `total` counts what the message speaks of (bytes, pages, files). */
export type Progress = { done: number; total: number; overall: number; message: string }

/** Keeps `progress.json` up to date: each state is written whole and by rename, later ones overtake those that wait. */
export class ProgressFile {
  private next: Progress | null = null
  private busy = false
  private writing: Promise<void> = Promise.resolve()
  private failed: Error | null = null
  private readonly path: string

  constructor(folder: string) {
    this.path = join(folder, 'progress.json')
  }

  tell(progress: Progress): void {
    this.next = progress
    if (!this.busy) this.writing = this.drain()
  }

  /** Resolves when the last state is on the disk. @throws what kept a state from being written */
  async close(): Promise<void> {
    await this.writing
    if (this.failed !== null) throw this.failed
  }

  private async drain(): Promise<void> {
    this.busy = true
    try {
      for (let state = this.next; state !== null; state = this.next) {
        this.next = null
        await writeFile(`${this.path}.part`, JSON.stringify(state))
        await rename(`${this.path}.part`, this.path)
      }
    } catch (error) {
      this.failed ??= error as Error
    } finally {
      this.busy = false
    }
  }
}
