'use client'

import { Search, X } from 'lucide-react'
import Link from 'next/link'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useDeferredValue } from 'react'
import { InvalidBadge } from '#components/complaints'
import { ListPanel } from '#components/list-panel'
import { Empty } from '#components/states'
import { StatusBadge } from '#components/status'
import { Ago } from '#components/time'
import { useLive } from '../live'
import { LiveDot } from '../live-dot'
import { useMay, useSchedules } from '../queries'

const SHOWN = ['all', 'invalid', 'archived'] as const

export function ScheduleList() {
  const [q, setQ] = useQueryState('q', parseAsString.withDefault('').withOptions({ throttleMs: 300 }))
  const [type, setType] = useQueryState('type', parseAsString)
  const [show, setShow] = useQueryState('show', parseAsStringLiteral(SHOWN).withDefault('all'))
  const live = useLive()
  const mayArchive = useMay('schedules.archive')
  const query = useSchedules({
    q: useDeferredValue(q),
    type: type ?? undefined,
    invalid: show === 'invalid',
    archived: show === 'archived',
  })
  const narrowed = q !== '' || type !== null || show !== 'all'
  const schedules = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <div className="mb-4 flex items-baseline justify-between">
        <h1>Schedules</h1>
        <span className="flex items-baseline gap-4 text-sm">
          <Link href="/task-types" className="link">
            Task types
          </Link>
          <LiveDot open={live} />
        </span>
      </div>
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <div className="relative max-w-md grow">
          <Search aria-hidden className="text-muted absolute top-2.5 left-3 size-4" />
          <input
            type="search"
            className="field w-full pl-9"
            aria-label="Search schedules by name"
            placeholder="Search by name"
            value={q}
            onChange={(event) => void setQ(event.target.value)}
          />
        </div>
        <select
          className="field"
          aria-label="Which schedules"
          value={show}
          onChange={(event) => void setShow(event.target.value as (typeof SHOWN)[number])}
        >
          <option value="all">All in use</option>
          <option value="invalid">Invalid ones</option>
          {mayArchive && <option value="archived">Archived ones</option>}
        </select>
        {type !== null && (
          <button type="button" className="button" onClick={() => void setType(null)}>
            {type} <X aria-label="Show all task types" className="size-4" />
          </button>
        )}
      </div>
      <ListPanel
        label="Schedules"
        query={query}
        empty={
          schedules.length > 0 ? null : (
            <Empty title={narrowed ? 'No schedule is like that' : 'There are no schedules yet'}>
              {!narrowed && <p>Create one over the API: POST /api/farm/schedules.</p>}
            </Empty>
          )
        }
      >
        <ul className="divide-line divide-y">
          {schedules.map((schedule) => (
            <li
              key={schedule.id}
              className="hover:bg-sunken/50 relative grid gap-x-6 gap-y-1 px-4 py-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_8rem_8rem] sm:items-center"
            >
              <div className="min-w-0">
                <Link
                  href={`/schedules/${encodeURIComponent(schedule.name)}`}
                  className="link font-medium break-all after:absolute after:inset-0"
                >
                  {schedule.name}
                </Link>
                {schedule.invalid !== null && (
                  <>
                    {' '}
                    <InvalidBadge />
                  </>
                )}
                <div className="text-muted text-xs">
                  {[schedule.taskType, schedule.category, ...schedule.tags].join(' · ')}
                </div>
              </div>
              <div className="text-muted text-sm">{schedule.language.nameEn}</div>
              <div className="text-sm">
                {schedule.enabled ? schedule.periodicity : <span className="text-warn">disabled</span>}
                {schedule.overdue && <span className="text-warn"> · overdue</span>}
                {schedule.queued > 0 && <span className="text-muted"> · {schedule.queued} queued</span>}
              </div>
              <div className="text-sm">
                {schedule.lastTask === null ? (
                  <span className="text-muted">never ran</span>
                ) : (
                  <>
                    <StatusBadge status={schedule.lastTask.status} />
                    <div className="text-muted text-xs">
                      <Ago date={schedule.lastTask.updatedAt} />
                    </div>
                  </>
                )}
              </div>
            </li>
          ))}
        </ul>
      </ListPanel>
    </>
  )
}
