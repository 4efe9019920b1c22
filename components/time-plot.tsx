'use client'

import dynamic from 'next/dynamic'
import type { PlotProps } from './plot-chart'

const Chart = dynamic(() => import('./plot-chart'), {
  ssr: false,
  loading: () => <div aria-hidden className="bg-sunken h-56 animate-pulse rounded-lg" />,
})

/** A plot with what it shows as a table behind it: the plot is for the eye, the table for all. */
export function Plot({ title, about, tableLabel, ...plot }: PlotProps & { title: string; about?: string; tableLabel: string }) {
  const { points, series, format, at } = plot
  return (
    <section className="panel min-w-0 p-4" aria-label={title}>
      <h2>{title}</h2>
      {about !== undefined && <p className="text-muted mb-2 text-sm">{about}</p>}
      <ul className="text-muted mb-1 flex flex-wrap gap-x-4 text-xs" aria-hidden>
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
      <div aria-hidden>
        <Chart {...plot} />
      </div>
      <details className="mt-2 text-sm">
        <summary className="text-muted w-fit cursor-pointer text-xs">{tableLabel}</summary>
        <div className="mt-2 max-h-72 overflow-auto" role="region" aria-label={title} tabIndex={0}>
          <table className="data-table">
            <thead>
              <tr>
                <th scope="col" />
                {series.map((one) => (
                  <th key={one.key} scope="col" className="text-right!">
                    {one.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {points.toReversed().map((point) => (
                <tr key={point.at}>
                  <th scope="row" className="text-ink! font-normal" suppressHydrationWarning>
                    {at(point.at)}
                  </th>
                  {series.map((one) => {
                    const value = point[one.key]
                    return (
                      <td key={one.key} className="text-right">
                        {value === null || value === undefined ? '–' : format(value)}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  )
}
