/** One for the process: Next bundles this file more than once. */
const shared = globalThis as typeof globalThis & { croftClosing?: AbortController }
const closing = () => (shared.croftClosing ??= new AbortController())

/** Ends the answers that would go on for long, when the process is asked to end. Called once, at the start of the web process. */
export function closeWithProcess(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => closing().abort())
}

/** Aborted when the caller has gone, or when the process is asked to end. */
export const untilClosed = (request: Request): AbortSignal => AbortSignal.any([request.signal, closing().signal])
