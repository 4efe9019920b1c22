'use client'

import dynamic from 'next/dynamic'
import { PlotFrame } from './plot'
import type { PlotProps } from './time-plot-chart'

const HEIGHT = 224
const Chart = dynamic(() => import('./time-plot-chart'), {
  ssr: false,
  loading: () => <div className="bg-sunken h-full animate-pulse rounded-lg" />,
})

/** Figures over time, each series with a colour of its own and a word in the legend; what draws it is loaded when it is shown. */
export function TimePlot({ title, note, head, ...plot }: PlotProps & { title: string; note?: string; head: string }) {
  const { points, series, format, at } = plot
  const shown = (value: number | null | undefined) => (value === null || value === undefined ? '–' : format(value))
  return (
    <PlotFrame
      title={title}
      height={HEIGHT + 24}
      note={note}
      head={[head, ...series.map((one) => one.label)]}
      rows={points.toReversed().map((point) => [at(point.at), ...series.map((one) => shown(point[one.key]))])}
    >
      <ul className="text-muted flex flex-wrap gap-x-4 px-2 text-xs">
        {series.map((one) => (
          <li key={one.key} className="flex items-center gap-1.5">
            <span
              className={one.kind === 'line' ? 'h-0.5 w-4' : 'size-2.5 rounded-xs'}
              style={{ background: `var(--plot-${one.colour})` }}
            />
            {one.label}
          </li>
        ))}
      </ul>
      <div style={{ height: HEIGHT - 16 }}>
        <Chart {...plot} />
      </div>
    </PlotFrame>
  )
}
