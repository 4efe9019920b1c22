'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Archive, ArchiveRestore } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { Dialog } from '#components/dialog'
import { Problem } from '#components/states'
import { archiveSchedule, restoreSchedule } from '#lib/contract/schedule-history'
import { api, useMay } from '../../queries'

/** Takes a schedule out of use, or back into it, after a question. */
export function ArchiveButton({ name, archived }: { name: string; archived: boolean }) {
  const t = useTranslations('schedules')
  const common = useTranslations('common')
  const allowed = useMay('schedules.archive')
  const queries = useQueryClient()
  const id = useId()
  const [open, setOpen] = useState(false)
  const [comment, setComment] = useState('')
  const save = useMutation({
    mutationFn: () =>
      api.call(archived ? restoreSchedule : archiveSchedule, {
        params: { name },
        body: comment === '' ? {} : { comment },
      }),
    onSuccess: async () => {
      setOpen(false)
      setComment('')
      for (const key of ['schedule', 'schedules']) await queries.invalidateQueries({ queryKey: [key] })
    },
  })
  if (!allowed) return null
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        {archived ? <ArchiveRestore aria-hidden className="size-4" /> : <Archive aria-hidden className="size-4" />}
        {t(archived ? 'view.restore' : 'view.archive')}
      </button>
      <Dialog
        title={t(archived ? 'archiving.restoreTitle' : 'archiving.archiveTitle', { name })}
        open={open}
        onClose={() => setOpen(false)}
      >
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate()
          }}
        >
          <p>{t(archived ? 'archiving.restoreExplained' : 'archiving.archiveExplained')}</p>
          <div className="grid gap-1">
            <label className="label" htmlFor={id}>
              {t('archiving.why')}
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
          {save.error !== null && <Problem error={save.error} />}
          <div className="flex justify-end gap-2">
            <button type="button" className="button" onClick={() => setOpen(false)}>
              {common('cancel')}
            </button>
            <button type="submit" className="button button-primary" disabled={save.isPending}>
              {t(archived ? 'archiving.restore' : 'archiving.archive')}
            </button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
