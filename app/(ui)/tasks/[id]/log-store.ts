import type { z } from 'zod'
import { taskLog, type logLine } from '#lib/contract/task'
import { api } from '../../queries'

export type Line = z.output<typeof logLine>
const PAGE = 1_000
/** So many lines come at once when all are wanted. */
const BLOCK = 5_000

/** The lines of one task's log as far as they were looked at: pages come when they are scrolled to, all of them when one searches. */
export class LogStore {
  total = 0
  ended = false
  /** Counts what has come, for those who look. */
  version = 0
  error: Error | null = null
  ready = false
  private readonly pages = new Map<number, Line[]>()
  private readonly asked = new Set<number>()
  private readonly listeners = new Set<() => void>()
  private all: Promise<void> | null = null

  constructor(private readonly id: string) {}

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  readonly snapshot = () => this.version
  private tell() {
    this.version++
    for (const listener of this.listeners) listener()
  }

  /** The line of this number, from 1; undefined while it has not come. */
  line(n: number): Line | undefined {
    return this.pages.get(Math.floor((n - 1) / PAGE))?.[(n - 1) % PAGE]
  }

  private keep(lines: Line[]) {
    for (const line of lines) {
      const page = Math.floor((line.n - 1) / PAGE)
      const known = this.pages.get(page) ?? []
      known[(line.n - 1) % PAGE] = line
      this.pages.set(page, known)
    }
  }

  private async ask(after: number, limit: number): Promise<Line[]> {
    const { lines, total, ended } = await api.call(taskLog, { params: { id: this.id }, query: { after, limit } })
    this.keep(lines)
    this.total = Math.max(this.total, total)
    this.ended = ended
    this.ready = true
    return lines
  }

  /** Asks for what has been written since, at most a page of it. */
  async refresh(): Promise<number> {
    try {
      const first = !this.ready
      await this.ask(first ? 0 : Math.max(0, Math.floor((this.total - 1) / PAGE) * PAGE), PAGE)
      const last = Math.floor((this.total - 1) / PAGE)
      if (this.total > 0 && this.line(this.total) === undefined) await this.ask(last * PAGE, PAGE)
      this.error = null
    } catch (error) {
      this.error = error as Error
    }
    this.tell()
    return this.version
  }

  /** Sees to it that these lines come. */
  want(from: number, to: number): void {
    for (let page = Math.floor((from - 1) / PAGE); page <= Math.floor((to - 1) / PAGE); page++) {
      const end = Math.min(this.total, (page + 1) * PAGE)
      if (page < 0 || this.asked.has(page) || this.line(end) !== undefined) continue
      this.asked.add(page)
      this.ask(page * PAGE, PAGE)
        .catch((error: unknown) => (this.error = error as Error))
        .finally(() => {
          this.asked.delete(page)
          this.tell()
        })
    }
  }

  /** Sees to it that every line comes. */
  wantAll(): Promise<void> {
    this.all ??= this.fill().finally(() => (this.all = null))
    return this.all
  }
  private async fill(): Promise<void> {
    for (let n = 1; n <= this.total;) {
      if (this.line(n) !== undefined) {
        n++
        continue
      }
      const lines = await this.ask(n - 1, BLOCK)
      this.tell()
      if (lines.length === 0) return
      n = (lines.at(-1)?.n ?? n) + 1
    }
  }

  /** The numbers of the lines that hold the text, whatever the case. */
  find(text: string): number[] {
    const wanted = text.toLowerCase()
    const found: number[] = []
    for (const page of [...this.pages.keys()].sort((a, b) => a - b)) {
      for (const line of this.pages.get(page) ?? []) if (line?.text.toLowerCase().includes(wanted)) found.push(line.n)
    }
    return found
  }
}
