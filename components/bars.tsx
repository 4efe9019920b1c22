'use client'

import Link from 'next/link'

/** A line of numbers, small enough for a cell; `label` says what it shows. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const top = Math.max(1e-9, ...values)
  const points = values.map((value, index) => {
    const x = values.length < 2 ? 50 : (index / (values.length - 1)) * 100
    return `${x.toFixed(1)},${(22 - (value / top) * 20).toFixed(1)}`
  })
  return (
    <svg role="img" aria-label={label} viewBox="0 0 100 24" preserveAspectRatio="none" className="h-6 w-24">
      <polyline
        points={points.join(' ')}
        fill="none"
        className="stroke-busy"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}

export type Outcome = {
  key: string
  tone: 'good' | 'bad' | 'warn' | 'busy' | 'muted'
  /** How long it took, to scale the bar; null for unknown. */
  size: number | null
  /** Said by screen readers and shown on hover. */
  label: string
  href?: string
}
const TONES = { good: 'bg-good', bad: 'bg-bad', warn: 'bg-warn', busy: 'bg-busy', muted: 'bg-muted' } as const

/** The last runs as bars: colour (and a notch for failures) for the outcome, height for the duration. */
export function OutcomeBar({ outcomes, label }: { outcomes: readonly Outcome[]; label: string }) {
  const top = Math.max(1e-9, ...outcomes.map(({ size }) => size ?? 0))
  return (
    <ul aria-label={label} className="flex h-10 max-w-full items-end gap-0.5 overflow-x-auto">
      {outcomes.map(({ key, tone, size, label: text, href }) => {
        const bar = (
          <span
            aria-hidden
            className={`block w-2.5 rounded-sm ${TONES[tone]} ${tone === 'bad' ? '[clip-path:polygon(0_0,50%_4px,100%_0,100%_100%,0_100%)]' : ''}`}
            style={{ height: `${Math.max(15, ((size ?? 0) / top) * 100)}%` }}
          />
        )
        return (
          <li key={key} className="flex h-full items-end" title={text}>
            {href === undefined ? (
              <span role="img" aria-label={text} className="flex h-full items-end">
                {bar}
              </span>
            ) : (
              <Link href={href} aria-label={text} className="flex h-full min-w-6 items-end justify-center">
                {bar}
              </Link>
            )}
          </li>
        )
      })}
    </ul>
  )
}
