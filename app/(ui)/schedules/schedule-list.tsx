'use client'

import { Plus } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import { InvalidBadge } from '#components/complaints'
import { ListPanel } from '#components/list-panel'
import { Empty } from '#components/states'
import { StatusBadge } from '#components/status'
import { DataTable, type Column as TableColumn } from '#components/table'
import { Ago, useNow } from '#components/time'
import { useLive } from '../live'
import { LiveDot } from '../live-dot'
import { useMay } from '../queries'
import { BulkBar } from './bulk-bar'
import { ColumnChoice, Export, Filters } from './filters'
import { useScheduleCount, useScheduleList, type Order } from './queries'
import { DEFAULT_COLUMNS, isFiltered, keptColumns, queryOf, useView, type Column } from './state'

type Row = NonNullable<ReturnType<typeof useScheduleList>['data']>['pages'][number]['items'][number]
const SORT: Partial<Record<Column | 'name', Order['sort']>> = {
  name: 'name',
  taskType: 'taskType',
  category: 'category',
  language: 'language',
  periodicity: 'periodicity',
  lastRun: 'lastRun',
  lastSuccess: 'lastSuccess',
  updated: 'updated',
  created: 'created',
}
/** Of dates, the newest come first. */
const DATES: readonly string[] = ['lastRun', 'lastSuccess', 'updated', 'created'] satisfies Order['sort'][]

function Cell({ column, row }: { column: Column; row: Row }) {
  const t = useTranslations('schedules')
  const now = useNow()
  switch (column) {
    case 'taskType':
      return <>{row.taskType}</>
    case 'category':
      return <>{row.category}</>
    case 'language':
      return <span title={row.language.code}>{row.language.nameEn}</span>
    case 'tags':
      return (
        <span className="flex flex-wrap gap-1">
          {row.tags.map((tag) => (
            <span key={tag} dir="auto" className="bg-sunken rounded-full px-2 text-xs">
              {tag}
            </span>
          ))}
        </span>
      )
    case 'periodicity':
      return <>{t(`periodicity.${row.periodicity}`)}</>
    case 'lastRun':
      return row.lastTask === null ? (
        <span className="text-muted">{t('filter.never')}</span>
      ) : (
        <span className="whitespace-nowrap">
          <StatusBadge status={row.lastTask.status} />
          <span className="text-muted block text-xs">
            <Ago date={row.lastTask.startedAt ?? row.lastTask.updatedAt} />
          </span>
        </span>
      )
    case 'lastSuccess':
      return row.lastSuccessAt === null ? (
        <span className="text-muted">{t('never')}</span>
      ) : (
        <Ago date={row.lastSuccessAt} />
      )
    case 'next':
      return row.nextAt === null ? (
        <span className="text-muted">{row.queued > 0 ? t('queued', { count: row.queued }) : ''}</span>
      ) : new Date(row.nextAt).getTime() <= now ? (
        <>{t('dueNow')}</>
      ) : (
        <Ago date={row.nextAt} />
      )
    case 'updated':
      return <Ago date={row.updatedAt} />
    case 'created':
      return <Ago date={row.createdAt} />
  }
}

function Marks({ row }: { row: Row }) {
  const t = useTranslations('schedules')
  const mark = 'rounded border px-1.5 text-xs font-medium whitespace-nowrap'
  return (
    <span className="flex flex-wrap gap-1 empty:hidden">
      {row.invalid !== null && <InvalidBadge />}
      {!row.enabled && <span className={`${mark} border-line text-muted`}>{t('disabled')}</span>}
      {row.overdue && <span className={`${mark} border-warn/40 text-warn`}>{t('overdue')}</span>}
      {row.archivedAt !== null && <span className={`${mark} border-line text-muted`}>{t('archived')}</span>}
    </span>
  )
}

export function ScheduleList() {
  const t = useTranslations('schedules')
  const live = useLive()
  const mayCreate = useMay('schedules.create')
  const maySelect = [useMay('schedules.update'), useMay('schedules.archive'), useMay('requests.create')].includes(true)
  const [view, setView] = useView()
  const [kept, setKept] = useState<Column[]>(DEFAULT_COLUMNS)
  useEffect(() => setKept(keptColumns()), [])
  const columns = view.columns ?? kept
  const order: Order = { sort: view.sort, order: view.order }
  const q = useDeferredValue(view.q)
  const filter = useMemo(() => queryOf({ ...view, q }), [view, q])
  const query = useScheduleList(filter, order)
  const count = useScheduleCount(filter).data?.count
  const rows = query.data?.pages.flatMap((page) => page.items) ?? []
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [whole, setWhole] = useState(false)
  const key = JSON.stringify(filter)
  useEffect(() => {
    setSelected(new Set())
    setWhole(false)
  }, [key])
  const title = useTranslations('schedules.column')
  const table: TableColumn<Row>[] = [
    {
      key: 'name',
      title: title('name'),
      sort: SORT.name,
      wide: true,
      cell: (row) => (
        <>
          <Link dir="auto" href={`/schedules/${encodeURIComponent(row.name)}`} className="link font-medium break-all">
            {row.name}
          </Link>
          <Marks row={row} />
        </>
      ),
    },
    ...columns.map((column) => ({
      key: column,
      title: title(column),
      sort: SORT[column],
      cell: (row: Row) => <Cell column={column} row={row} />,
    })),
  ]
  const narrowed = isFiltered(filter)
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <div className="flex items-baseline gap-3">
          <h1>{t('title')}</h1>
          <span className="text-muted text-sm" role="status">
            {count !== undefined && t('count', { count })}
          </span>
        </div>
        <div className="flex flex-wrap items-center gap-3 text-sm">
          <LiveDot open={live} />
          <Link href="/task-types" className="link">
            {t('taskTypes')}
          </Link>
          <ColumnChoice columns={columns} setView={setView} />
          <Export view={view} />
          {mayCreate && (
            <Link href="/schedules/new" className="button button-primary">
              <Plus aria-hidden className="size-4" /> {t('new')}
            </Link>
          )}
        </div>
      </div>
      <Filters view={view} setView={setView} />
      {maySelect && (selected.size > 0 || whole) && (
        <div className="mb-3">
          <BulkBar
            selection={whole ? { scheduleQuery: filter } : { schedules: [...selected] }}
            count={whole ? (count ?? 0) : selected.size}
            total={count}
            archived={filter.archived === 'true'}
            whole={whole}
            onWhole={() => setWhole(true)}
            onClear={() => {
              setSelected(new Set())
              setWhole(false)
            }}
          />
        </div>
      )}
      <ListPanel
        label={t('title')}
        query={query}
        empty={
          rows.length > 0 ? null : (
            <Empty title={t(narrowed ? 'empty.narrowed' : 'empty.none')}>
              <p className="text-sm">{t(narrowed ? 'empty.narrowedHint' : 'empty.noneHint')}</p>
              {!narrowed && mayCreate && (
                <Link href="/schedules/new" className="button button-primary mt-3">
                  <Plus aria-hidden className="size-4" /> {t('new')}
                </Link>
              )}
            </Empty>
          )
        }
      >
        <DataTable
          label={t('title')}
          columns={table}
          rows={rows}
          keyOf={(row) => row.id}
          nameOf={(row) => row.name}
          sort={{ by: order.sort, down: order.order === 'desc' }}
          onSort={({ by, down }) =>
            void setView({
              sort: by as Order['sort'],
              order: by === order.sort ? (down ? 'desc' : 'asc') : DATES.includes(by) ? 'desc' : 'asc',
            })
          }
          selection={
            maySelect
              ? {
                  keys: whole ? new Set(rows.map(({ id }) => id)) : selected,
                  onChange: (keys) => {
                    setWhole(false)
                    setSelected(keys)
                  },
                }
              : undefined
          }
        />
      </ListPanel>
    </>
  )
}
