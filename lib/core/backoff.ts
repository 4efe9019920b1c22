/** Wait before the next try of a notice, in milliseconds: 5 s doubling to an hour, ±20 % so that many do not come at once. */
export function noticeDelay(attempt: number, random: number): number {
  const full = Math.min(5_000 * 2 ** (attempt - 1), 3_600_000)
  return Math.round(full * (0.8 + 0.4 * random))
}
/** After this many tries (about 14 hours) a notice is dead and waits for a person. */
export const NOTICE_MAX_ATTEMPTS = 22
