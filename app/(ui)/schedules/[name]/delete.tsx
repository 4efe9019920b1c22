'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { Dialog } from '#components/dialog'
import { Problem } from '#components/states'
import { deleteSchedule } from '#lib/contract/schedule'
import { api, useMay } from '../../queries'

/** Deletes a schedule for good, once its name is typed. */
export function DeleteButton({ name, queued }: { name: string; queued: number }) {
  const t = useTranslations('schedules')
  const common = useTranslations('common')
  const allowed = useMay('schedules.delete')
  const router = useRouter()
  const queries = useQueryClient()
  const id = useId()
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const remove = useMutation({
    mutationFn: () => api.call(deleteSchedule, { params: { name } }),
    onSuccess: () => {
      router.push('/schedules')
      void queries.invalidateQueries({ queryKey: ['schedules'] })
    },
  })
  if (!allowed) return null
  return (
    <>
      <button type="button" className="button button-danger" onClick={() => setOpen(true)}>
        <Trash2 aria-hidden className="size-4" /> {t('view.delete')}
      </button>
      <Dialog title={t('deleting.title', { name })} open={open} onClose={() => setOpen(false)}>
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault()
            if (typed === name) remove.mutate()
          }}
        >
          <p className="text-sm">{t('deleting.explained')}</p>
          {queued > 0 && <p className="text-sm">{t('deleting.queued')}</p>}
          <div className="grid gap-1">
            <label className="label" htmlFor={id}>
              {t('deleting.type')}
            </label>
            <input
              id={id}
              dir="auto"
              className="field"
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
          {remove.error !== null && <Problem error={remove.error} />}
          <div className="flex justify-end gap-2">
            <button type="button" className="button" onClick={() => setOpen(false)}>
              {common('cancel')}
            </button>
            <button type="submit" className="button button-danger" disabled={typed !== name || remove.isPending}>
              {t('deleting.delete')}
            </button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
