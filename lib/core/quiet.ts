/** A span of the day in which a worker takes nothing, on some days of the week. One that ends before it begins goes past midnight. */
export type QuietSpan = {
  /** 1 is Monday, 7 is Sunday: the days on which it begins; none stands for every day. */
  days: readonly number[]
  /** `HH:MM` */
  from: string
  to: string
}
export type QuietHours = { zone: string; spans: readonly QuietSpan[] }

const MINUTE = 60_000
const DAY_MINUTES = 24 * 60

const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(zone, format)
  return format
}

/** Whether a zone is known, e.g. `Europe/Paris`. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
/** What a clock on the wall of the zone shows: the day of the week and the minute of the day. */
function wall(zone: string, at: number): { day: number; minute: number } {
  const parts = formatOf(zone).formatToParts(at)
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? ''
  return { day: WEEKDAYS.indexOf(of('weekday')) + 1, minute: Number(of('hour')) * 60 + Number(of('minute')) }
}

const minuteOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))

function covers({ days, from, to }: QuietSpan, day: number, minute: number): boolean {
  const on = (one: number) => days.length === 0 || days.includes(one)
  const [begin, end] = [minuteOf(from), minuteOf(to)]
  if (begin < end) return on(day) && minute >= begin && minute < end
  const before = day === 1 ? 7 : day - 1
  return (on(day) && minute >= begin) || (on(before) && minute < end)
}

const inside = ({ zone, spans }: QuietHours, at: number): boolean => {
  const { day, minute } = wall(zone, at)
  return spans.some((span) => covers(span, day, minute))
}

/**
 * Until when a worker takes nothing, in milliseconds since the epoch; null when it takes tasks now. Times are those of a
 * clock in the zone, so that a span begins and ends there also on days when the clocks change. Spans that follow one another are
 * one; after a week without an end the answer is that week's end.
 */
export function quietUntil(hours: QuietHours | null, now: number): number | null {
  if (hours === null || hours.spans.length === 0 || !inside(hours, now)) return null
  let at = Math.floor(now / MINUTE) * MINUTE
  const last = at + 7 * DAY_MINUTES * MINUTE
  while (at < last) {
    at = nextEdge(hours, at)
    if (!inside(hours, at)) return at
  }
  return last
}

/** The next minute at which some span may begin or end; clocks may jump on the way, so it looks again at least every 15 minutes. */
function nextEdge({ zone, spans }: QuietHours, at: number): number {
  const { minute } = wall(zone, at)
  const steps = spans
    .flatMap(({ from, to }) => [minuteOf(from), minuteOf(to)])
    .map((edge) => (edge - minute + DAY_MINUTES) % DAY_MINUTES)
    .filter((step) => step > 0)
  return at + Math.min(15, ...steps) * MINUTE
}
