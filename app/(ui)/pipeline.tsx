'use client'

import { ArrowDown, ArrowUp, ListChecks } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useFormat } from '#components/format'
import { ListPanel } from '#components/list-panel'
import { Empty } from '#components/states'
import { DataTable } from '#components/table'
import { firstDirection, TAB_SORTS, TAB_STATUSES, TABS, type Sort, type TaskQuery } from '#lib/core/pipeline'
import { useLive } from './live'
import { LiveDot } from './live-dot'
import { RowActions } from './pipeline/actions'
import { BulkActions, BulkDialog, BulkJobs, type Chosen } from './pipeline/bulk'
import { COLUMNS, Name } from './pipeline/columns'
import { Filters } from './pipeline/filters'
import { useMatching, usePipeline, useShortWhys, type Row, type ShortWhy } from './pipeline/queries'
import { SaidAbove } from './pipeline/said'
import { isFiltered, NO_FILTER, orderOf, queryOf, useView, type SetView, type View } from './pipeline/state'
import { Views } from './pipeline/views'
import { useCounts, useMe } from './queries'

type Selection = { ids: ReadonlySet<string>; all: boolean }
const NONE: Selection = { ids: new Set(), all: false }

function Tabs({ view, setView }: { view: View; setView: SetView }) {
  const t = useTranslations('pipeline')
  const format = useFormat()
  const counts = useCounts()
  return (
    <nav
      aria-label={t('tabs.label')}
      className="border-line -mx-4 flex gap-1 overflow-x-auto border-b px-4 sm:mx-0 sm:px-0"
    >
      {TABS.map((tab) => (
        <button
          key={tab}
          type="button"
          aria-current={tab === view.tab ? 'true' : undefined}
          onClick={() => void setView({ tab, sort: null, dir: null })}
          className="text-muted hover:text-ink aria-[current=true]:border-accent aria-[current=true]:text-ink -mb-px flex items-baseline gap-2 border-b-2 border-transparent px-3 py-2 text-sm font-medium whitespace-nowrap"
        >
          {t(`tabs.${tab}`)}
          <span className="bg-sunken text-muted rounded-full px-2 py-0.5 text-xs">
            {counts.data === undefined
              ? '…'
              : format.number(TAB_STATUSES[tab].reduce((sum, status) => sum + (counts.data[status] ?? 0), 0))}
          </span>
        </button>
      ))}
    </nav>
  )
}

/** On a phone there are no headings to press. */
function SortSelect({ view, setView }: { view: View; setView: SetView }) {
  const t = useTranslations('pipeline')
  const order = orderOf(view)
  const Arrow = order.direction === 'asc' ? ArrowUp : ArrowDown
  return (
    <div className="mb-3 flex gap-2 md:hidden">
      <select
        className="field flex-1 text-sm"
        aria-label={t('sort.label')}
        value={order.sort}
        onChange={(event) => void setView({ sort: event.target.value as Sort, dir: null })}
      >
        {TAB_SORTS[view.tab].map((sort) => (
          <option key={sort} value={sort}>
            {t('sort.label')}: {t(`sort.${sort}`)}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="button"
        aria-label={`${t('sort.reverse')} (${t(`sort.${order.direction}`)})`}
        onClick={() => void setView({ sort: order.sort, dir: order.direction === 'asc' ? 'desc' : 'asc' })}
      >
        <Arrow aria-hidden className="size-4" />
      </button>
    </div>
  )
}

function Rows(props: {
  view: View
  setView: SetView
  rows: readonly Row[]
  whys: ReadonlyMap<string, ShortWhy>
  selection: Selection
  select: (selection: Selection) => void
  selectable: boolean
}) {
  const { view, setView, rows, whys, selection, select, selectable } = props
  const t = useTranslations('pipeline')
  const order = orderOf(view)
  const columns = [
    { key: 'schedule', title: t('column.schedule'), sort: 'schedule', cell: (row: Row) => <Name row={row} /> },
    ...COLUMNS[view.tab].map(({ id, sort, wide, from, cell }) => ({
      key: id,
      title: t(`column.${id}`),
      sort,
      wide,
      from,
      cell: (row: Row) => cell({ row, short: whys.get(row.id) }),
    })),
  ]
  return (
    <DataTable
      label={t(`list.${view.tab}`)}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.id}
      nameOf={(row) => row.originalScheduleName}
      sort={{ by: order.sort, down: order.direction === 'desc' }}
      onSort={({ by, down }) => {
        const sort = by as Sort
        const direction = sort === order.sort ? (down ? 'desc' : 'asc') : firstDirection(sort)
        void setView({ sort, dir: direction })
      }}
      selection={
        selectable
          ? {
              keys: selection.all ? new Set(rows.map((row) => row.id)) : selection.ids,
              onChange: (ids) => select({ ids, all: false }),
            }
          : undefined
      }
      actions={(row) => <RowActions row={row} />}
    />
  )
}

function Nothing({ view, filtered, clear }: { view: View; filtered: boolean; clear: () => void }) {
  const t = useTranslations('pipeline')
  if (filtered) {
    return (
      <Empty title={t('empty.filtered')}>
        <p>{t('empty.filteredHint')}</p>
        <button type="button" className="link mt-1" onClick={clear}>
          {t('filter.clear')}
        </button>
      </Empty>
    )
  }
  return (
    <Empty title={t(`empty.${view.tab}`)}>
      {view.tab === 'running' && <p>{t('empty.running_hint')}</p>}
      {view.tab === 'failed' && <p>{t('empty.failed_hint')}</p>}
      <p>
        {t.rich('empty.request', {
          link: (chunks) => (
            <Link className="link" href="/schedules">
              {chunks}
            </Link>
          ),
        })}
      </p>
    </Empty>
  )
}

/** What is selected and what can be done with it; it stays in sight. */
function SelectionBar(props: {
  view: View
  query: TaskQuery
  rows: readonly Row[]
  more: boolean
  selection: Selection
  select: (selection: Selection) => void
  onStarted: (id: string) => void
}) {
  const { view, query, rows, more, selection, select, onStarted } = props
  const t = useTranslations('pipeline')
  const format = useFormat()
  const matching = useMatching(query, selection.ids.size > 0 || selection.all)
  if (selection.ids.size === 0 && !selection.all) return null
  const { count = 0, exact = true } = matching.data ?? {}
  const number = format.number(count)
  const whole = more && !selection.all && rows.length > 0 && selection.ids.size >= rows.length
  const chosen: Chosen = selection.all
    ? { selection: { query }, count, exact }
    : { selection: { ids: [...selection.ids] }, count: selection.ids.size, exact: true }
  return (
    <section
      aria-label={t('select.bar')}
      className="panel sticky bottom-18 z-20 mt-4 flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 shadow-lg sm:bottom-4"
    >
      <p className="text-sm font-medium" role="status">
        {selection.all
          ? t(exact ? 'select.allSelected' : 'select.allSelectedAtLeast', { count: number })
          : t('select.count', { count: selection.ids.size })}
      </p>
      {whole && matching.data !== undefined && count > selection.ids.size && (
        <button type="button" className="link text-sm" onClick={() => select({ ids: new Set(), all: true })}>
          {t(exact ? 'select.all' : 'select.allAtLeast', { count: number })}
        </button>
      )}
      <button type="button" className="link text-sm" onClick={() => select(NONE)}>
        {t('select.clear')}
      </button>
      <div className="flex flex-wrap gap-2 sm:ml-auto">
        <BulkActions tab={view.tab} chosen={chosen} onStarted={onStarted} />
      </div>
    </section>
  )
}

export function Pipeline() {
  const t = useTranslations('pipeline')
  const [view, setView] = useView()
  const [selection, setSelection] = useState(NONE)
  const live = useLive()
  const { data: me } = useMe()
  const query = queryOf(view)
  const order = orderOf(view)
  const scope = JSON.stringify(query)
  const [selectedIn, setSelectedIn] = useState(scope)
  // What was selected in another list or under another filter is not meant here.
  if (selectedIn !== scope) {
    setSelectedIn(scope)
    setSelection(NONE)
  }
  const list = usePipeline(query, order)
  const pages = list.data?.pages ?? []
  const rows = pages.flatMap((page) => page.items)
  const whys = useShortWhys(
    pages.map((page) => page.items),
    view.tab === 'queued',
  )
  const looking = pages.at(-1)?.looking === true
  const signedIn = me !== null && me !== undefined
  const filtered = isFiltered(query)
  return (
    <SaidAbove>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div>
          <h1>{t('title')}</h1>
          <p className="text-muted text-sm">{t('lead')}</p>
        </div>
        <div className="flex items-center gap-2">
          <LiveDot open={live} />
          {signedIn && (
            <button type="button" className="button" onClick={() => void setView({ jobs: true })}>
              <ListChecks aria-hidden className="size-4" /> {t('bulk.recent')}
            </button>
          )}
          <Views />
        </div>
      </div>
      <Tabs view={view} setView={setView} />
      <div className="my-3">
        <Filters view={view} setView={setView} />
      </div>
      <SortSelect view={view} setView={setView} />
      <ListPanel
        label={t(`list.${view.tab}`)}
        query={list}
        more={looking ? t('lookOn') : undefined}
        empty={
          rows.length === 0 && !looking ? (
            <Nothing view={view} filtered={filtered} clear={() => void setView(NO_FILTER)} />
          ) : null
        }
      >
        {rows.length > 0 && (
          <Rows
            view={view}
            setView={setView}
            rows={rows}
            whys={whys}
            selection={selection}
            select={setSelection}
            selectable={signedIn}
          />
        )}
        {looking && <p className="text-muted px-4 py-3 text-sm">{t('looking')}</p>}
      </ListPanel>
      <SelectionBar
        view={view}
        query={query}
        rows={rows}
        more={list.hasNextPage}
        selection={selection}
        select={setSelection}
        onStarted={(bulk) => {
          setSelection(NONE)
          void setView({ bulk })
        }}
      />
      {view.bulk !== null && <BulkDialog id={view.bulk} onClose={() => void setView({ bulk: null })} />}
      {view.jobs && (
        <BulkJobs onClose={() => void setView({ jobs: null })} onOpen={(bulk) => void setView({ bulk, jobs: null })} />
      )}
    </SaidAbove>
  )
}
