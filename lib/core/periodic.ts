/**
 * The next due time after `now` on the grid of `dueAt` and `everySeconds`: due times that were missed, because nobody ran,
 * are made up for by one run. Milliseconds since the epoch.
 */
export function nextDue(dueAt: number, everySeconds: number, now: number): number {
  const step = everySeconds * 1000
  return dueAt > now ? dueAt : dueAt + (Math.floor((now - dueAt) / step) + 1) * step
}
