import { randomUUID } from 'node:crypto'
import { fits, type Resources } from '#lib/core/resources'
import { listen, say } from '#lib/db/channel'
import type { Db } from '#lib/db/client'
import type { Context } from '../context'

/** What a waiting task needs, so that only those who could have it are woken. */
export type Fits = { taskType: string; resources: Resources; context: string; pinnedWorkerId: string | null }
/** Something after which a task may be taken that could not be taken before. Lost ones do no harm: who waits also looks by itself. */
export type Hint = {
  kind: string
  taskId: string | null
  workerId: string | null
  fits?: Fits
  /** The task that ended counted towards limits, so others may go on elsewhere. */
  limited?: boolean
}
const WAKES = /^(task\.(requested|succeeded|failed|canceled|prioritized)|(worker|schedule|pause|limit|breaker)\.)/
export const isHint = (kind: string) => WAKES.test(kind)

/** Who waits for work, as far as it is known without a look. */
export type Seat = {
  workerId: string
  taskTypes: readonly string[]
  contexts: readonly string[]
  /** The room that it had when it last looked. */
  free: Resources
  /** Whether its last look saw tasks that a platform's or a web site's limit holds back; true while it looks. */
  limited: boolean
}

function wants(seat: Seat, { kind, workerId, fits: need, limited }: Hint): boolean {
  if (kind === 'task.requested' && need !== undefined)
    return (
      (need.pinnedWorkerId === null || need.pinnedWorkerId === seat.workerId) &&
      seat.taskTypes.includes(need.taskType) &&
      (need.context === '' || seat.contexts.includes(need.context)) &&
      fits(need.resources, seat.free)
    )
  if (/^task\.(succeeded|failed|canceled)$/.test(kind))
    return workerId === seat.workerId || (limited === true && seat.limited)
  if (kind.startsWith('worker.')) return workerId === seat.workerId
  return true
}

/** A hint on its way from one waiting worker to the next, until somebody has made use of it. */
type Baton = { hint: Hint; next: Waiter[] }
/** How many workers look in turn because a limit has room again; the others look by themselves soon. */
const CHAIN = 16

export class Waiter {
  private batons: Baton[] = []
  private wake: () => void = () => undefined

  constructor(
    private readonly bus: Bus,
    public seat: Seat,
  ) {}

  hand(baton: Baton): void {
    this.batons.push(baton)
    this.wake()
  }

  /** Whether a hint has come since the last look. */
  get called(): boolean {
    return this.batons.length > 0
  }

  /** Waits for a hint. */
  async next(timeoutMs: number, signals: readonly AbortSignal[]): Promise<void> {
    if (this.called || timeoutMs <= 0 || signals.some((signal) => signal.aborted)) return
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        for (const signal of signals) signal.removeEventListener('abort', done)
        this.wake = () => undefined
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      this.wake = done
      for (const signal of signals) signal.addEventListener('abort', done)
    })
  }

  /** Looks for work, and hands the hints that led to it on, unless they have been made use of. */
  async look<T extends { taskId: string }>(find: () => Promise<T | null>): Promise<T | null> {
    const { batons } = this
    this.batons = []
    let found: T | null = null
    try {
      found = await find()
      return found
    } finally {
      for (const baton of batons) {
        const used =
          found !== null &&
          (baton.hint.kind === 'task.requested' ? found.taskId === baton.hint.taskId : baton.hint.limited)
        if (used !== true) this.bus.pass(baton)
      }
    }
  }

  [Symbol.dispose](): void {
    this.bus.leave(this, this.batons)
  }
}

const CHANNEL = 'croft_wake'
/** NOTIFY takes 8,000 bytes. */
const AT_ONCE = 12
/** From how many hints at once it is cheaper that all look. */
const FLOOD = 100

/**
 * Wakes workers that wait, within this process at once and in the others by NOTIFY, soon after the commit. A new task
 * wakes one worker that it fits; when that one cannot have it, the next one looks.
 */
export class Bus {
  private readonly waiters = new Set<Waiter>()
  private readonly self = randomUUID()
  private listening = false
  private outbox: Hint[] = []

  enter(ctx: Context, seat: Seat): Waiter {
    if (!this.listening) {
      this.listening = true
      listen(
        ctx.db,
        CHANNEL,
        (payload) => this.hear(payload),
        () => this.rouse(),
      )
    }
    const waiter = new Waiter(this, seat)
    this.waiters.add(waiter)
    return waiter
  }

  leave(waiter: Waiter, batons: readonly Baton[]): void {
    this.waiters.delete(waiter)
    for (const baton of batons) this.pass(baton)
  }

  /** Tells of what has been committed. */
  announce(ctx: Context, hints: readonly Hint[]): void {
    if (hints.length > FLOOD) this.rouse()
    else for (const hint of hints) this.deliver(hint)
    const idle = this.outbox.length === 0
    this.outbox.push(...hints)
    if (idle && hints.length > 0) setImmediate(() => void this.send(ctx))
  }

  private async send(ctx: Context): Promise<void> {
    const hints = this.outbox
    this.outbox = []
    if (hints.length > FLOOD) hints.length = 0
    if (hints.length === 0) await this.tell(ctx, { from: this.self })
    for (let at = 0; at < hints.length; at += AT_ONCE) {
      await this.tell(ctx, { from: this.self, hints: hints.slice(at, at + AT_ONCE) })
    }
  }

  private async tell(ctx: Context, message: { from: string; hints?: Hint[] }): Promise<void> {
    const whole = JSON.stringify(message)
    const payload = Buffer.byteLength(whole) < 7_900 ? whole : JSON.stringify({ from: this.self })
    await say(ctx.db, CHANNEL, payload).catch((error: unknown) =>
      ctx.log.debug({ err: error }, 'other processes could not be told; they look by themselves'),
    )
  }

  private hear(payload: string): void {
    const { from, hints } = JSON.parse(payload) as { from: string; hints?: Hint[] }
    if (from === this.self) return
    if (hints === undefined) this.rouse()
    else for (const hint of hints) this.deliver(hint)
  }

  /** What was said meanwhile is not known: all look, one after another. */
  private rouse(): void {
    this.deliver({ kind: 'schedule.unknown', taskId: null, workerId: null })
  }

  private deliver(hint: Hint): void {
    const interested = [...this.waiters].filter((waiter) => wants(waiter.seat, hint))
    const own = interested.filter((waiter) => waiter.seat.workerId === hint.workerId)
    const others = interested.filter((waiter) => waiter.seat.workerId !== hint.workerId)
    this.pass({ hint, next: hint.limited === true ? [...own, ...others].slice(0, CHAIN) : interested })
  }

  pass(baton: Baton): void {
    for (let waiter = baton.next.shift(); waiter !== undefined; waiter = baton.next.shift()) {
      if (this.waiters.has(waiter)) return waiter.hand(baton)
    }
  }
}

/** One a database client: Next bundles this file more than once. */
const shared = globalThis as typeof globalThis & { croftWakeBuses?: WeakMap<Db, Bus> }
export function busOf(ctx: Context): Bus {
  const buses = (shared.croftWakeBuses ??= new WeakMap())
  const bus = buses.get(ctx.db) ?? new Bus()
  buses.set(ctx.db, bus)
  return bus
}
