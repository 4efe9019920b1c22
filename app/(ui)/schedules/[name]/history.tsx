'use client'

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Changes } from '#components/changes'
import { Dialog } from '#components/dialog'
import { Loading, Problem } from '#components/states'
import { Ago } from '#components/time'
import { getScheduleRevision, listScheduleHistory, revertSchedule } from '#lib/contract/schedule-history'
import { api, useMay } from '../../queries'

type Entry = { id: string; version: number; author: string; at: string; comment: string | null }

function Revision({
  name,
  entry,
  latest,
  onClose,
}: {
  name: string
  entry: Entry
  latest?: Entry
  onClose: () => void
}) {
  const queries = useQueryClient()
  const router = useRouter()
  const allowed = useMay('schedules.update')
  const isLatest = latest?.id === entry.id
  const before = useQuery({
    queryKey: ['schedule', name, 'history', entry.id],
    queryFn: () => api.call(getScheduleRevision, { params: { name, id: entry.id } }),
  })
  const until = useQuery({
    queryKey: ['schedule', name, 'history', entry.id, latest?.id],
    queryFn: () =>
      api.call(getScheduleRevision, { params: { name, id: latest?.id ?? '' }, query: { against: entry.id } }),
    enabled: !isLatest && latest !== undefined,
  })
  const revert = useMutation({
    mutationFn: () => api.call(revertSchedule, { params: { name, id: entry.id }, body: { version: latest?.version } }),
    onSuccess: async (schedule) => {
      onClose()
      if (schedule.name !== name) router.replace(`/schedules/${encodeURIComponent(schedule.name)}`)
      await queries.invalidateQueries({ queryKey: ['schedule'] })
    },
  })
  return (
    <div className="space-y-4">
      <p className="text-muted text-sm">
        {entry.author}, <Ago date={entry.at} />
        {entry.comment !== null && `: ${entry.comment}`}
      </p>
      {before.error !== null && <Problem error={before.error} />}
      {before.isPending ? (
        <Loading rows={2} />
      ) : (
        <Changes title="What this save changed" changes={before.data?.changes} />
      )}
      {!isLatest && until.data !== undefined && <Changes title="What changed since" changes={until.data.changes} />}
      {revert.error !== null && <Problem error={revert.error} />}
      <div className="flex justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
        {allowed && !isLatest && (
          <button
            type="button"
            className="button button-primary"
            disabled={revert.isPending}
            onClick={() => revert.mutate()}
          >
            Restore version {entry.version}
          </button>
        )}
      </div>
    </div>
  )
}

/** Who saved the schedule, when and why; each save can be compared and brought back. */
export function History({ name }: { name: string }) {
  const allowed = useMay('schedules.read')
  const [open, setOpen] = useState<Entry | null>(null)
  const query = useInfiniteQuery({
    queryKey: ['schedule', name, 'history'],
    queryFn: ({ pageParam }) =>
      api.call(listScheduleHistory, { params: { name }, query: { limit: 20, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: allowed,
  })
  if (!allowed) return null
  const entries = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className="panel" aria-label="History">
      <h2 className="border-line border-b px-4 py-3">History</h2>
      {query.isPending ? (
        <Loading rows={3} />
      ) : (
        <ul className="divide-line divide-y">
          {entries.map((entry) => (
            <li key={entry.id} className="flex flex-wrap items-baseline justify-between gap-x-4 px-4 py-2.5 text-sm">
              <span className="min-w-0">
                <button type="button" className="link font-medium" onClick={() => setOpen(entry)}>
                  Version {entry.version}
                </button>{' '}
                <span className="text-muted break-words">
                  {entry.author}
                  {entry.comment !== null && `: ${entry.comment}`}
                </span>
              </span>
              <span className="text-muted">
                <Ago date={entry.at} />
              </span>
            </li>
          ))}
          {entries.length === 0 && (
            <li className="text-muted px-4 py-3 text-sm">It has not been saved since histories are kept.</li>
          )}
        </ul>
      )}
      {query.hasNextPage && (
        <div className="px-4 pb-3">
          <button type="button" className="link text-sm" onClick={() => void query.fetchNextPage()}>
            Show more
          </button>
        </div>
      )}
      <Dialog title={`Version ${open?.version ?? ''}`} open={open !== null} onClose={() => setOpen(null)}>
        {open !== null && <Revision name={name} entry={open} latest={entries[0]} onClose={() => setOpen(null)} />}
      </Dialog>
    </section>
  )
}
