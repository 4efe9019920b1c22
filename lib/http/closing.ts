import { endWatches } from '#lib/services/events/watch'

/** What an upload or a download that still runs may take, in milliseconds; who asks again and again gets no longer either. */
const GRACE_MS = 4_000

/** Ends the answers that would go on for long, when the process is asked to end. Called once, at the start of the web process. */
export function closeWithProcess(): void {
  const close = () => {
    endWatches()
    setTimeout(() => process.exit(0), GRACE_MS).unref()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, close)
}
