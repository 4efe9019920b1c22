'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { Changes } from '#components/changes'
import { Dialog } from '#components/dialog'
import { Loading, Problem } from '#components/states'
import { getScheduleRevision, revertSchedule } from '#lib/contract/schedule-history'
import { api } from '../../../queries'
import type { Entry } from './history-view'

/** Makes the schedule what it was, after showing what that changes. */
export function Restore({
  name,
  entry,
  latest,
  nameOf,
  onClose,
}: {
  name: string
  entry: Entry
  latest: Entry
  nameOf: (path: string) => string
  onClose: () => void
}) {
  const t = useTranslations('schedules.history')
  const common = useTranslations('common')
  const queries = useQueryClient()
  const router = useRouter()
  const id = useId()
  const [comment, setComment] = useState('')
  const changes = useQuery({
    queryKey: ['schedule', name, 'revision', entry.id, latest.id],
    queryFn: () =>
      api.call(getScheduleRevision, {
        params: { name, id: entry.id },
        query: { against: latest.id, secrets: 'false' },
      }),
  })
  const revert = useMutation({
    mutationFn: () =>
      api.call(revertSchedule, {
        params: { name, id: entry.id },
        body: { version: latest.version, ...(comment.trim() !== '' && { comment: comment.trim() }) },
      }),
    onSuccess: async (schedule) => {
      onClose()
      for (const key of ['schedule', 'schedules']) await queries.invalidateQueries({ queryKey: [key] })
      router.push(`/schedules/${encodeURIComponent(schedule.name)}`)
    },
  })
  return (
    <Dialog title={t('restoreTitle', { version: entry.version })} open onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          revert.mutate()
        }}
      >
        <p className="text-sm">{t('restoreExplained')}</p>
        {changes.error !== null && <Problem error={changes.error} />}
        {changes.isPending ? (
          <Loading rows={2} />
        ) : (
          <Changes title={t('willChange')} changes={changes.data?.changes} nameOf={nameOf} />
        )}
        <div className="grid gap-1">
          <label className="label" htmlFor={id}>
            {t('why')}
          </label>
          <input
            id={id}
            dir="auto"
            className="field"
            maxLength={1000}
            value={comment}
            onChange={(event) => setComment(event.target.value)}
          />
        </div>
        {revert.error !== null && <Problem error={revert.error} />}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {common('cancel')}
          </button>
          <button type="submit" className="button button-primary" disabled={revert.isPending}>
            {t('now')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
