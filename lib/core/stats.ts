/** What kept figures are about: everything, who asked, what was run, where, or which kind of failure. */
export const STAT_SCOPES = ['farm', 'requester', 'task_type', 'worker', 'failure'] as const
export type StatScope = (typeof STAT_SCOPES)[number]
export const SPANS = ['hour', 'day', 'all'] as const
export type Span = (typeof SPANS)[number]

const HOUR = 3_600_000
const LENGTH: Record<Span, number> = { hour: HOUR, day: 24 * HOUR, all: Infinity }
/** When the span that holds a moment begins, in milliseconds since the epoch; days are UTC's. */
export const beginOf = (span: Span, at: number) => (span === 'all' ? 0 : Math.floor(at / LENGTH[span]) * LENGTH[span])

/** The ranges that can be looked at, by their spans. */
export const RANGES = {
  '24h': { span: 'hour', spans: 24 },
  '7d': { span: 'hour', spans: 7 * 24 },
  '30d': { span: 'day', spans: 30 },
  '90d': { span: 'day', spans: 90 },
} as const satisfies Record<string, { span: Span; spans: number }>
export type Range = keyof typeof RANGES
export const RANGE_NAMES = Object.keys(RANGES) as Range[]
/** The beginnings of the spans of a range, oldest first, the one that has just begun last. */
export function spansOf(range: Range, now: number): number[] {
  const { span, spans } = RANGES[range]
  const last = beginOf(span, now)
  return Array.from({ length: spans }, (_, index) => last - (spans - 1 - index) * LENGTH[span])
}

/** Waiting times are kept in steps, each a fifth longer than the one before: 0 s, 0.19 s, 0.41 s, 0.68 s, 1 s, … */
export const stepOf = (seconds: number) => Math.floor(4 * Math.log2(1 + Math.max(0, seconds)))
const beginsAt = (step: number) => 2 ** (step / 4) - 1

/** A quantile of waiting times from how many fell in each step, within the width of a step; null without any. */
export function quantile(steps: ReadonlyMap<number, number>, q: number): number | null {
  const sorted = [...steps].filter(([, n]) => n > 0).sort(([a], [b]) => a - b)
  const total = sorted.reduce((sum, [, n]) => sum + n, 0)
  if (total === 0) return null
  let below = 0
  for (const [step, n] of sorted) {
    if (below + n >= q * total) {
      const [from, to] = [beginsAt(step), beginsAt(step + 1)]
      return from + (to - from) * ((q * total - below) / n)
    }
    below += n
  }
  return null
}

const LONGEST = 300
/** What differs from one failure to the next, though they are alike; in this order. */
const VARYING: readonly [RegExp, string][] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi, '…'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '…'],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '…'],
  [/"[^"\n]{1,200}"|'[^'\n]{1,200}'|`[^`\n]{1,200}`|“[^”\n]{1,200}”/g, '…'],
  [/(?:\/[\w.@%+~-]+){2,}\/?/g, '…'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '…'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, '…'],
  [/\d+(?:[.,]\d+)*/g, '…'],
]

/**
 * What a failure says without what differs from one to the next (addresses, ids, times, numbers, paths, what is quoted):
 * failures of one task type that say the same are one group. Exit codes are told by the reason code's own text and stay.
 */
export function fingerprintText(text: string): string {
  const kept = text
    .slice(0, 4_000)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  // Of a trace, the last line says what went wrong.
  const line = kept.at(-1) ?? ''
  const exit = /\bexit(?:ed)?(?: with)?(?: code| status)? (\d{1,3})\b/i.exec(line)
  const plain = VARYING.reduce((rest, [pattern, by]) => rest.replace(pattern, by), line)
    .replace(/…(?:[\s,;:./-]*…)+/g, '…')
    .replace(/\s+/g, ' ')
    .slice(0, LONGEST)
  return exit === null ? plain : `${plain} (${exit[1] ?? ''})`
}
