'use client'

import Link from 'next/link'
import { useId } from 'react'
import { useFormat } from './format'

export type Bar = {
  id: string
  /** Milliseconds since the epoch; null while it lasts. */
  from: number
  to: number | null
  look: 'succeeded' | 'failed' | 'canceled' | 'requested' | 'running' | 'next'
  title: string
  href: string
}
export type GanttLane = { id: string; label: string; href?: string; bars: readonly Bar[] }

const ROW = 16
const GAP = 3
const MINUTE = 60_000
const STEPS = [5, 15, 30, 60, 180, 360, 720, 1440, 2880, 7 * 1440, 14 * 1440].map((minutes) => minutes * MINUTE)

/** Bars that overlap stand under each other: the row of each, and how many rows there are. */
function stack(bars: readonly Bar[], now: number): { rows: Map<string, number>; count: number } {
  const ends: number[] = []
  const rows = new Map<string, number>()
  for (const bar of [...bars].sort((a, b) => a.from - b.from)) {
    const free = ends.findIndex((end) => end <= bar.from)
    const row = free === -1 ? ends.length : free
    ends[row] = bar.to ?? now
    rows.set(bar.id, row)
  }
  return { rows, count: Math.max(1, ends.length) }
}

const FILL: Record<Bar['look'], string> = {
  succeeded: 'fill-[var(--plot-1)]',
  failed: 'fill-[var(--plot-2)]',
  canceled: 'fill-[var(--plot-6)]',
  requested: 'fill-[var(--plot-6)]',
  running: 'fill-[var(--plot-3)]',
  next: 'fill-transparent stroke-ink',
}

/**
 * Runs over time, a lane for each worker: for the eye and the mouse. What it shows stands in a table as well, which is the caller's; so
 * it is hidden from those who cannot see it, and takes no place among what the keyboard reaches.
 */
export function Gantt({
  lanes,
  from,
  to,
  now,
}: {
  lanes: readonly GanttLane[]
  from: number
  to: number
  now: number
}) {
  const format = useFormat()
  const hatch = useId()
  const span = to - from
  const x = (at: number) => `${((Math.min(to, Math.max(from, at)) - from) / span) * 100}%`
  const width = (bar: Bar) => {
    const share = ((Math.min(to, bar.to ?? now) - Math.max(from, bar.from)) / span) * 100
    return `${Math.max(0.2, share)}%`
  }
  const step = STEPS.find((one) => span / one <= 8) ?? span / 6
  const first = Math.ceil(from / step) * step
  const ticks = Array.from(
    { length: Math.max(0, Math.floor((to - first) / step) + 1) },
    (_, index) => first + index * step,
  )
  const many = lanes.length > 1 || lanes.some((lane) => lane.href !== undefined)
  return (
    <div aria-hidden className={many ? 'grid grid-cols-1 gap-y-1 sm:grid-cols-[9rem_minmax(0,1fr)] sm:gap-x-3' : ''}>
      {lanes.map((lane) => {
        const { rows, count } = stack(lane.bars, now)
        const height = count * (ROW + GAP) + GAP
        return (
          <div key={lane.id} className="contents">
            {many && (
              <span className="truncate pt-0.5 text-xs sm:text-right" title={lane.label}>
                {lane.href === undefined ? (
                  lane.label
                ) : (
                  <Link href={lane.href} tabIndex={-1} className="hover:underline">
                    {lane.label}
                  </Link>
                )}
              </span>
            )}
            <svg width="100%" height={height} className="bg-sunken block rounded">
              <defs>
                <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                  <rect width="3" height="6" className="fill-panel" opacity="0.55" />
                </pattern>
              </defs>
              {ticks.map((tick) => (
                <line key={tick} x1={x(tick)} x2={x(tick)} y1="0" y2={height} className="stroke-line" />
              ))}
              {lane.bars
                .filter((bar) => bar.from < to && (bar.to ?? now) >= from)
                .map((bar) => {
                  const y = (rows.get(bar.id) ?? 0) * (ROW + GAP) + GAP
                  const box = { x: x(bar.from), y, width: width(bar), height: ROW, rx: 3 }
                  return (
                    <a key={bar.id} href={bar.href} tabIndex={-1}>
                      <title>{bar.title}</title>
                      <rect
                        {...box}
                        className={FILL[bar.look]}
                        {...(bar.look === 'next' && { strokeDasharray: '3 2' })}
                      />
                      {bar.look === 'failed' && <rect {...box} fill={`url(#${hatch})`} />}
                    </a>
                  )
                })}
              {now >= from && now <= to && (
                <line x1={x(now)} x2={x(now)} y1="0" y2={height} className="stroke-accent" strokeWidth="2" />
              )}
            </svg>
          </div>
        )
      })}
      {many && <span />}
      <div className="text-muted relative mt-1 h-4 overflow-hidden text-[0.6875rem]">
        {ticks.map((tick) => (
          <span
            key={tick}
            className="absolute -translate-x-1/2 whitespace-nowrap"
            style={{ left: x(tick) }}
            suppressHydrationWarning
          >
            {step >= 1440 * MINUTE ? format.day(tick) : format.clock(tick)}
          </span>
        ))}
      </div>
    </div>
  )
}
