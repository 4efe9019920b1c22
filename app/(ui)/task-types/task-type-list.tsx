'use client'

import Link from 'next/link'
import { Loading, Problem } from '#components/states'
import { useLive } from '../live'
import { PasteDefinition } from './paste-definition'
import { useTaskTypes } from './queries'

export function TaskTypeList() {
  useLive()
  const { data, error, isPending, refetch } = useTaskTypes()
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-4">
        <div>
          <p className="label">
            <Link href="/schedules" className="link">
              Schedules
            </Link>
          </p>
          <h1>Task types</h1>
        </div>
        <PasteDefinition />
      </div>
      <section className="panel overflow-hidden" aria-label="Task types">
        {isPending ? (
          <Loading />
        ) : error !== null ? (
          <Problem error={error} retry={() => void refetch()} />
        ) : (
          <ul className="divide-line divide-y">
            {data.items.map((type) => (
              <li
                key={type.id}
                className="hover:bg-sunken/50 relative grid gap-x-6 gap-y-1 px-4 py-3 sm:grid-cols-[minmax(0,2fr)_10rem_12rem] sm:items-center"
              >
                <div className="min-w-0">
                  <Link
                    href={`/task-types/${encodeURIComponent(type.id)}`}
                    className="link font-medium break-all after:absolute after:inset-0"
                  >
                    {type.title}
                  </Link>
                  <div className="text-muted text-xs">{[type.id, type.description].filter(Boolean).join(' · ')}</div>
                </div>
                <div className="text-muted text-sm">{type.fields.length} fields</div>
                <div className="text-sm break-all">
                  {type.versions.length === 0
                    ? 'no version yet'
                    : type.versions.length === 1
                      ? `version ${type.version}`
                      : `version ${type.version} of ${type.versions.length}`}
                </div>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  )
}
