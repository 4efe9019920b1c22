'use client'

import { useId, useState } from 'react'

export type Point = { at: number; value: number }

/**
 * One figure over time as an area with a line, drawn without a library: the value under the pointer is told, the limit is a
 * dashed line. Its words are the caller's; a table of the figures belongs beside it.
 */
export function Series(props: {
  label: string
  /** What the plot shows, for those who cannot see it. */
  summary: string
  points: readonly Point[]
  /** The top of the plot, where it is not the highest value. */
  most?: number
  limit?: number
  format: (value: number) => string
  time: (at: number) => string
}) {
  const { label, summary, points, most, limit, format, time } = props
  const id = useId()
  const [here, setHere] = useState<number | null>(null)
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return null
  const span = Math.max(1, last.at - first.at)
  const high = most ?? Math.max(limit ?? 0, ...points.map((point) => point.value)) * 1.05
  const x = (point: Point) => ((point.at - first.at) / span) * 600
  const y = (value: number) => 100 - (Math.min(value, high || 1) / (high || 1)) * 96
  const line = points.map((point) => `${x(point).toFixed(1)},${y(point.value).toFixed(1)}`).join(' ')
  const shown = here === null ? last : (points[here] ?? last)
  return (
    <figure className="min-w-0">
      <figcaption id={id} className="mb-1 flex items-baseline justify-between gap-2 text-xs">
        <span className="text-muted font-medium">{label}</span>
        <span>
          <span className="font-medium">{format(shown.value)}</span>
          {here !== null && <span className="text-muted"> {time(shown.at)}</span>}
        </span>
      </figcaption>
      <svg
        role="img"
        aria-label={summary}
        viewBox="0 0 600 104"
        preserveAspectRatio="none"
        className="border-line h-20 w-full rounded-md border"
        onPointerLeave={() => setHere(null)}
        onPointerMove={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect()
          const wanted = first.at + ((event.clientX - left) / width) * span
          let nearest = 0
          points.forEach((point, index) => {
            if (Math.abs(point.at - wanted) < Math.abs((points[nearest]?.at ?? 0) - wanted)) nearest = index
          })
          setHere(nearest)
        }}
      >
        {points.length > 1 && <polygon points={`0,102 ${line} 600,102`} className="fill-accent-soft" />}
        <polyline
          points={points.length > 1 ? line : `0,${y(first.value)} 600,${y(first.value)}`}
          fill="none"
          className="stroke-accent"
          strokeWidth="2"
          vectorEffect="non-scaling-stroke"
        />
        {limit !== undefined && limit <= high && (
          <line
            x1="0"
            x2="600"
            y1={y(limit)}
            y2={y(limit)}
            className="stroke-bad"
            strokeWidth="1.5"
            strokeDasharray="5 4"
            vectorEffect="non-scaling-stroke"
          />
        )}
        {here !== null && (
          <line
            x1={x(shown)}
            x2={x(shown)}
            y1="0"
            y2="104"
            className="stroke-muted"
            strokeWidth="1"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
    </figure>
  )
}
