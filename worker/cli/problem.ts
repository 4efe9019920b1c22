import { Unreachable } from '#lib/client/client'
import { CroftError } from '#lib/core/error'

export const EXIT = { done: 0, refused: 1, usage: 2, canceled: 3, unreachable: 4 } as const

/** An error as one line for people, and the exit code. */
export function explain(error: unknown): { line: string; code: number } {
  if (error instanceof Unreachable)
    return { line: `${error.message}: is the farm running, and is CROFT_URL right?`, code: EXIT.unreachable }
  if (error instanceof CroftError) {
    const hint = error.code === 'unauthenticated' ? '; run: croft login' : ''
    return { line: error.message + hint, code: EXIT.refused }
  }
  return { line: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error), code: EXIT.refused }
}
