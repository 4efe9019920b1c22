import { CroftError } from '#lib/core/error'
import { addressOf } from './actor'

type Window = { start: number; calls: number }
/** So many addresses are remembered; the oldest are forgotten first. */
const MOST = 10_000

/**
 * Refuses an address that calls too often within a minute; in this process. `cost` of a call that is likely a guess is more.
 * @throws CroftError too_many_attempts
 */
export class RateLimit {
  private readonly windows = new Map<string, Window>()

  constructor(private readonly perMinute: number) {}

  take(request: Request, now: number, cost = 1): void {
    const key = addressOf(request) ?? 'unknown'
    const known = this.windows.get(key)
    const window = known === undefined || now - known.start >= 60_000 ? { start: now, calls: 0 } : known
    window.calls += cost
    this.windows.delete(key)
    this.windows.set(key, window)
    for (const oldest of this.windows.keys()) {
      if (this.windows.size <= MOST) break
      this.windows.delete(oldest)
    }
    if (window.calls > this.perMinute)
      throw new CroftError('too_many_attempts', 'too many calls from your address: wait a minute and try again')
  }
}
