import type { ReasonCode } from '#lib/core/task'

export type LogLine = { stream: 'stdout' | 'stderr' | 'agent'; at: string; text: string }
export type Usage = { memory: { usage: number; max_usage: number }; disk: { used: number }; cpu: { seconds: number } }

/** What is to run, and within which bounds. Memory and disk in bytes, time in seconds; 0 is no bound. */
export type Work = {
  command: readonly [string, ...string[]]
  folder: string
  env: Record<string, string>
  memory: number
  disk: number
  timeLimit: number
}

export type Ending =
  | { kind: 'exited'; exitCode: number; lastError: string }
  | { kind: 'killed'; reasonCode: ReasonCode; reasonText: string }
  | { kind: 'stopped' }

/**
 * A way to run work. `run` resolves once everything that it started is gone. When `stop` is aborted the work is asked
 * to end, then made to; `stopped` is the ending then, whatever the work did of its last breath. Lines come in order,
 * each whole; `onLine` may give a promise that slows the work down.
 */
export type Executor = {
  run: (
    work: Work,
    options: { stop: AbortSignal; onLine: (line: LogLine) => void | Promise<void>; onUsage: (usage: Usage) => void },
  ) => Promise<Ending>
}
