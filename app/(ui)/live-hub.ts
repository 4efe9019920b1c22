'use client'

export type Change = { kind: string; taskId: string | null; scheduleId: string | null; workerId: string | null }
export type Listener = {
  change: (change: Change) => void
  pulse: (taskId: string) => void
  /** More may have happened than can be told one by one: everything is to be read again. */
  all: () => void
  state: (open: boolean) => void
}
type Message =
  | { type: 'change'; id: string; change: Change }
  | { type: 'pulse'; taskId: string }
  | { type: 'state'; open: boolean; id: string | null }
  | { type: 'watch'; tab: string; tasks: string[] }
  | { type: 'new' }

/** After so long without a look, all is read again instead of hearing of each change. */
const LONG_MS = 300_000
const LINGER_MS = 3_000

/**
 * The live stream of this browser. Of all visible tabs one (that which holds the lock) has the connection and tells the
 * others; a tab that is hidden lets go of it, so that none is open while nobody looks. Every tab remembers the last event
 * that it heard of: whoever connects next goes on from there.
 */
class Hub {
  private readonly tab = Math.random().toString(36).slice(2)
  private readonly listeners = new Set<Listener>()
  private readonly watched = new Map<string, number>()
  private readonly elsewhere = new Map<string, string[]>()
  private readonly channel = 'BroadcastChannel' in window ? new BroadcastChannel('croft-live') : null
  private source: EventSource | null = null
  private leading: (() => void) | null = null
  private waiting: AbortController | null = null
  private retry: ReturnType<typeof setTimeout> | undefined
  private stopping: ReturnType<typeof setTimeout> | undefined
  private failures = 0
  private last: string | null = null
  private hiddenSince: number | null = null
  private asked = ''
  open = false

  constructor() {
    this.channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => this.heard(data))
    document.addEventListener('visibilitychange', () => this.look())
    window.addEventListener('pageshow', ({ persisted }) => persisted && this.forget())
    window.addEventListener('pagehide', () => this.tell({ type: 'watch', tab: this.tab, tasks: [] }))
    this.tell({ type: 'new' })
  }

  /** Listens until the returned function is called; `task` also hears of its log and progress. */
  join(listener: Listener, task?: string): () => void {
    clearTimeout(this.stopping)
    this.listeners.add(listener)
    if (task !== undefined) this.watch(task, 1)
    listener.state(this.open)
    this.look()
    return () => {
      this.listeners.delete(listener)
      if (task !== undefined) this.watch(task, -1)
      if (this.listeners.size === 0) this.stopping = setTimeout(() => this.look(), LINGER_MS)
    }
  }

  private watch(task: string, by: 1 | -1): void {
    const count = (this.watched.get(task) ?? 0) + by
    if (count > 0) this.watched.set(task, count)
    else this.watched.delete(task)
    this.tellWatched()
    if (by === 1) this.reconnectFor()
  }
  private tellWatched = () => this.tell({ type: 'watch', tab: this.tab, tasks: [...this.watched.keys()] })

  /** Wants the connection while somebody looks and listens, and lets go of it otherwise. */
  private look(): void {
    const visible = document.visibilityState === 'visible'
    if (!visible) this.hiddenSince ??= Date.now()
    else if (this.hiddenSince !== null) {
      if (Date.now() - this.hiddenSince > LONG_MS) this.forget()
      this.hiddenSince = null
    }
    if (!visible || this.listeners.size === 0) return this.letGo()
    if (this.leading !== null || this.waiting !== null) return
    // Without a secure context there are no locks: then each tab has a connection of its own.
    if (!('locks' in navigator)) {
      this.leading = () => undefined
      return this.connect()
    }
    const waiting = (this.waiting = new AbortController())
    void navigator.locks
      .request('croft-live', { signal: waiting.signal }, () => {
        this.waiting = null
        this.connect()
        return new Promise<void>((done) => (this.leading = done))
      })
      .catch(() => undefined)
  }

  private letGo(): void {
    this.waiting?.abort()
    this.waiting = null
    if (this.leading === null) return
    this.close()
    this.leading()
    this.leading = null
  }

  private forget(): void {
    this.last = null
    for (const listener of this.listeners) listener.all()
  }

  private tasks(): string[] {
    return [...new Set([...this.watched.keys(), ...[...this.elsewhere.values()].flat()])].sort().slice(0, 20)
  }

  private connect(): void {
    this.close()
    const search = new URLSearchParams()
    if (this.last !== null) search.set('after', this.last)
    this.asked = this.tasks().join()
    for (const task of this.tasks()) search.append('watch', task)
    const source = (this.source = new EventSource(`/api/farm/stream?${search}`))
    source.addEventListener('open', (event) => {
      if (!(event instanceof MessageEvent)) return
      this.failures = 0
      this.last = event.lastEventId || this.last
      this.told({ type: 'state', open: true, id: this.last })
    })
    source.addEventListener('change', ({ data, lastEventId }: MessageEvent<string>) =>
      this.told({ type: 'change', id: lastEventId, change: JSON.parse(data) as Change }),
    )
    source.addEventListener('pulse', ({ data }: MessageEvent<string>) =>
      this.told({ type: 'pulse', taskId: (JSON.parse(data) as { taskId: string }).taskId }),
    )
    source.addEventListener('error', () => {
      this.told({ type: 'state', open: false, id: this.last })
      if (source.readyState !== EventSource.CLOSED) return
      // Refused: the browser does not try again by itself.
      this.retry = setTimeout(() => this.connect(), Math.min(60_000, 2_000 * 2 ** this.failures++))
    })
  }

  private close(): void {
    clearTimeout(this.retry)
    if (this.source === null) return
    this.source.close()
    this.source = null
    this.told({ type: 'state', open: false, id: this.last })
  }

  /** Another task is watched: the connection must tell of it too. */
  private reconnectFor(): void {
    if (this.leading !== null && this.source !== null && this.tasks().join() !== this.asked) this.connect()
  }

  private tell = (message: Message) => this.channel?.postMessage(message)
  private told(message: Message): void {
    this.tell(message)
    this.heard(message)
  }

  private heard(message: Message): void {
    switch (message.type) {
      case 'change':
        this.last = message.id
        for (const { change } of this.listeners) change(message.change)
        return
      case 'pulse':
        for (const { pulse } of this.listeners) pulse(message.taskId)
        return
      case 'state':
        this.last ??= message.id
        if (this.open === message.open) return
        this.open = message.open
        for (const { state } of this.listeners) state(message.open)
        return
      case 'watch':
        if (message.tasks.length > 0) this.elsewhere.set(message.tab, message.tasks)
        else this.elsewhere.delete(message.tab)
        this.reconnectFor()
        return
      case 'new':
        if (this.source !== null) this.tell({ type: 'state', open: this.open, id: this.last })
        if (this.watched.size > 0) this.tellWatched()
    }
  }
}

let shared: Hub | undefined
/** The one of this tab. */
export const liveHub = (): Hub => (shared ??= new Hub())
