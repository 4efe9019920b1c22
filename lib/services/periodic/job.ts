import type { Context } from '../context'

/** What a run did, by name. */
export type Did = Record<string, number>

/** Asked before each batch: false when the time is up, the dispatcher stops or another has taken the run over. Then return. */
export type GoOn = () => Promise<boolean>

/**
 * Something that is done again and again. `run` works in batches, each in a transaction of its own that is right whoever
 * else runs it at the same moment: a run may be cut off anywhere and begun anew.
 */
export type PeriodicJob = {
  everySeconds: number
  about: string
  run: (ctx: Context, goOn: GoOn) => Promise<Did>
}
