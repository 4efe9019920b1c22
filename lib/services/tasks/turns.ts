import type { Db } from '#lib/db/client'
import type { Context } from '../context'

/**
 * Looks for work within this process go one after another, each past what those before it are just taking; else all who
 * are woken at the same moment would choose the same task, and all but one look again.
 */
class Turns {
  private last: Promise<unknown> = Promise.resolve()
  /** Tasks that somebody in this process has chosen and not yet taken. */
  readonly chosen = new Set<string>()

  /** Runs `look` when all who came before have looked. */
  inTurn<T>(look: () => Promise<T>): Promise<T> {
    const turn = this.last.then(look)
    this.last = turn.catch(() => undefined)
    return turn
  }
}

/** One a database client: Next bundles this file more than once. */
const shared = globalThis as typeof globalThis & { croftTurns?: WeakMap<Db, Turns> }
export function turnsOf(ctx: Context): Turns {
  const all = (shared.croftTurns ??= new WeakMap())
  const turns = all.get(ctx.db) ?? new Turns()
  all.set(ctx.db, turns)
  return turns
}
