'use client'

import clsx from 'clsx'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useEffect, useRef } from 'react'

export type Column<Row> = {
  key: string
  title: string
  cell: (row: Row) => React.ReactNode
  /** What the list is sorted by when its heading is pressed; left out where it cannot be sorted. */
  sort?: string
  /** Takes the room that is left. */
  wide?: boolean
  end?: boolean
  /** Only from this width of the page on; a card shows it always. */
  from?: 'lg' | 'xl'
}
const FROM = { lg: 'md:max-lg:hidden', xl: 'md:max-xl:hidden' } as const
export type Sort = { by: string; down: boolean }
export type Selection = { keys: ReadonlySet<string>; onChange: (keys: Set<string>) => void }

/**
 * Rows with columns; on narrow screens each row is a card whose first column is its heading. Arrow keys (or j and k)
 * go from row to row, x selects, Enter opens the row's first link.
 */
export function DataTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  nameOf,
  sort,
  onSort,
  selection,
  actions,
}: {
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string
  /** Names a row in its checkbox. */
  nameOf: (row: Row) => string
  sort?: Sort
  onSort?: (sort: Sort) => void
  selection?: Selection
  actions?: (row: Row) => React.ReactNode
}) {
  const t = useTranslations('common')
  const body = useRef<HTMLTableSectionElement>(null)
  const keys = rows.map(keyOf)
  const toggle = (key: string) => {
    if (selection === undefined) return
    const next = new Set(selection.keys)
    if (!next.delete(key)) next.add(key)
    selection.onChange(next)
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    const target = event.target as HTMLElement
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      target.closest('input:not([type=checkbox]), textarea, select')
    )
      return
    const all = [...(body.current?.rows ?? [])]
    const here = all.indexOf(target.closest('tr') as HTMLTableRowElement)
    const to = (index: number) => {
      event.preventDefault()
      const row = all[Math.max(0, Math.min(all.length - 1, index))]
      const inside = row?.querySelector<HTMLElement>('a[href], button')
      ;(inside ?? row)?.focus()
      row?.scrollIntoView({ block: 'nearest' })
    }
    if (event.key === 'ArrowDown' || event.key === 'j') to(here + 1)
    else if (event.key === 'ArrowUp' || event.key === 'k') to(here - 1)
    else if (event.key === 'Home') to(0)
    else if (event.key === 'End') to(all.length - 1)
    else if (event.key === 'x' && here >= 0 && keys[here] !== undefined) toggle(keys[here])
  }
  const chosen = keys.filter((key) => selection?.keys.has(key)).length
  return (
    <table role="table" aria-label={label} className="data-table data-table-cards" onKeyDown={onKeyDown}>
      <thead role="rowgroup">
        <tr role="row">
          {selection !== undefined && (
            <th scope="col" role="columnheader" className="w-8">
              <HeadBox
                label={t('selectAll')}
                some={chosen > 0 && chosen < rows.length}
                all={rows.length > 0 && chosen === rows.length}
                onChange={(all) => {
                  const next = new Set(selection.keys)
                  for (const key of keys)
                    if (all) next.add(key)
                    else next.delete(key)
                  selection.onChange(next)
                }}
              />
            </th>
          )}
          {columns.map((column) => (
            <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
          ))}
          {actions !== undefined && (
            <th scope="col" role="columnheader">
              <span className="sr-only">{t('actions')}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody ref={body} role="rowgroup">
        {rows.map((row, index) => {
          const key = keys[index] ?? ''
          return (
            <tr key={key} role="row" tabIndex={-1} className={clsx(selection?.keys.has(key) && 'bg-accent-soft/60')}>
              {selection !== undefined && (
                <td role="cell" className="data-tick">
                  <input
                    type="checkbox"
                    className="checkbox"
                    aria-label={t('select', { name: nameOf(row) })}
                    checked={selection.keys.has(key)}
                    onChange={() => toggle(key)}
                  />
                </td>
              )}
              {columns.map(({ key: name, title, cell, wide, end, from }) => (
                <td
                  key={name}
                  role="cell"
                  data-label={title}
                  className={clsx(wide && 'md:w-2/5', end && 'md:text-right', from && FROM[from])}
                >
                  {cell(row)}
                </td>
              ))}
              {actions !== undefined && (
                <td role="cell" className="data-actions">
                  {actions(row)}
                </td>
              )}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function HeadBox(props: { label: string; some: boolean; all: boolean; onChange: (all: boolean) => void }) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = props.some
  }, [props.some])
  return (
    <input
      ref={box}
      type="checkbox"
      className="checkbox"
      aria-label={props.label}
      checked={props.all}
      onChange={(event) => props.onChange(event.target.checked)}
    />
  )
}

function Heading<Row>({ column, sort, onSort }: { column: Column<Row>; sort?: Sort; onSort?: (sort: Sort) => void }) {
  const { title, sort: by, end, from } = column
  const sorted = by !== undefined && sort?.by === by
  const Arrow = sorted && sort.down ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      role="columnheader"
      aria-sort={sorted ? (sort.down ? 'descending' : 'ascending') : undefined}
      className={clsx(end && 'md:text-right', from && FROM[from])}
    >
      {by === undefined || onSort === undefined ? (
        title
      ) : (
        <button
          type="button"
          className="hover:text-ink -mx-1 inline-flex items-center gap-1 rounded px-1 font-medium"
          onClick={() => onSort({ by, down: sorted ? !sort.down : false })}
        >
          {title}
          <Arrow aria-hidden className={clsx('size-3.5', !sorted && 'opacity-0')} />
        </button>
      )}
    </th>
  )
}
