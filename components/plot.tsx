'use client'

import { ChartLine, TableProperties } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button } from './button'

/** Colours of series, told apart by colour-blind people too; use dashes (`PLOT_DASHES`) beside them. */
export const PLOT_COLOURS = Array.from({ length: 6 }, (_, index) => `var(--plot-${index + 1})`)
export const PLOT_DASHES = ['0', '6 3', '2 3', '8 3 2 3', '4 2', '1 2']

/** A plot with a heading and the same numbers as a table behind a button. `children` is the plot, hidden from readers. */
export function PlotFrame({
  title,
  note,
  head,
  rows,
  height = 240,
  children,
}: {
  title: string
  note?: React.ReactNode
  head: readonly string[]
  rows: readonly (readonly React.ReactNode[])[]
  height?: number
  children: React.ReactNode
}) {
  const t = useTranslations('common')
  const [table, setTable] = useState(false)
  return (
    <figure className="panel min-w-0" aria-label={title}>
      <figcaption className="flex items-center justify-between gap-3 px-4 pt-3">
        <h2>{title}</h2>
        <Button small look="quiet" icon={table ? ChartLine : TableProperties} onClick={() => setTable(!table)}>
          {table ? t('asPlot') : t('asTable')}
        </Button>
      </figcaption>
      {note && <p className="text-muted px-4 text-sm">{note}</p>}
      {table ? (
        <div
          className="overflow-auto px-1 pb-2"
          style={{ maxHeight: height + 40 }}
          role="region"
          tabIndex={0}
          aria-label={title}
        >
          <table className="data-table">
            <thead>
              <tr>
                {head.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, place) => (
                    <td key={place}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <div aria-hidden className="px-2 pt-2 pb-3" style={{ height }}>
          {children}
        </div>
      )}
    </figure>
  )
}
