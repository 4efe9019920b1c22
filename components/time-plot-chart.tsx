'use client'

import { Area, Bar, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'

export type PlotSeries = {
  key: string
  label: string
  kind: 'bar' | 'line' | 'area'
  /** One of the colours --plot-1 to --plot-6 (globals.css). */
  colour: 1 | 2 | 3 | 4 | 5 | 6
  dashed?: boolean
}
export type PlotPoint = { at: number } & Record<string, number | null>
export type PlotProps = {
  points: readonly PlotPoint[]
  series: readonly PlotSeries[]
  format: (value: number) => string
  at: (time: number) => string
  /** The greatest value of the scale, where it is given. */
  most?: number
}

const TEXT = { fill: 'var(--muted)', fontSize: 11 }

/** A line through few points needs them marked: one alone would not be seen. */
const sparse = (points: readonly PlotPoint[], key: string) =>
  points.filter((point) => point[key] !== null && point[key] !== undefined).length <= 12

/** The drawing, loaded only where one is shown. */
export default function PlotChart({ points, series, format, at, most }: PlotProps) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <ComposedChart data={[...points]} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="at" tickFormatter={at} tick={TEXT} stroke="var(--line)" minTickGap={48} />
        <YAxis
          tickFormatter={format}
          tick={TEXT}
          stroke="var(--line)"
          width={56}
          allowDecimals={false}
          domain={[0, most ?? 'auto']}
        />
        <Tooltip
          labelFormatter={(label) => at(Number(label))}
          formatter={(value) => (typeof value === 'number' ? format(value) : '–')}
          contentStyle={{ background: 'var(--panel)', border: '1px solid var(--line)', borderRadius: 8, fontSize: 12 }}
          itemStyle={{ color: 'var(--ink)' }}
          labelStyle={{ color: 'var(--muted)' }}
          cursor={{ fill: 'var(--sunken)', stroke: 'var(--line)' }}
        />
        {series.map((one) => {
          const colour = `var(--plot-${one.colour})`
          const common = { dataKey: one.key, name: one.label, isAnimationActive: false } as const
          if (one.kind === 'bar') return <Bar key={one.key} {...common} stackId="all" fill={colour} />
          if (one.kind === 'area')
            return (
              <Area
                key={one.key}
                {...common}
                stroke={colour}
                fill={colour}
                fillOpacity={0.18}
                strokeWidth={2}
                dot={sparse(points, one.key) ? { r: 2.5, fill: colour, strokeWidth: 0 } : false}
              />
            )
          return (
            <Line
              key={one.key}
              {...common}
              stroke={colour}
              strokeWidth={2}
              dot={sparse(points, one.key) ? { r: 2.5, fill: colour, strokeWidth: 0 } : false}
              connectNulls
              {...(one.dashed === true && { strokeDasharray: '5 3' })}
            />
          )
        })}
      </ComposedChart>
    </ResponsiveContainer>
  )
}
