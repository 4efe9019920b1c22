'use client'

import { useMutation } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { Dialog } from '#components/dialog'
import { Problem } from '#components/states'
import { requestTestRun } from '#lib/contract/schedule-work'
import { TEST_PATH } from '#lib/core/schedule'
import { api, useMay, useWorkers } from '../../queries'

/** Tries a schedule without publishing anything. */
export function TestRunButton({ name }: { name: string }) {
  const t = useTranslations('schedules')
  const allowed = useMay('requests.create')
  const [open, setOpen] = useState(false)
  if (!allowed) return null
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        <FlaskConical aria-hidden className="size-4" /> {t('view.test')}
      </button>
      <Dialog title={t('test.title', { name })} open={open} onClose={() => setOpen(false)}>
        <Form name={name} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  )
}

function Form({ name, onClose }: { name: string; onClose: () => void }) {
  const t = useTranslations('schedules.test')
  const common = useTranslations('common')
  const bulk = useTranslations('schedules.bulk')
  const router = useRouter()
  const workers = useWorkers()
  const [worker, setWorker] = useState('')
  const id = useId()
  const start = useMutation({
    mutationFn: () => api.call(requestTestRun, { params: { name }, body: { worker: worker || null } }),
    onSuccess: (task) => router.push(`/tasks/${task.id}`),
  })
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        start.mutate()
      }}
    >
      <p className="text-sm">{t('explained', { path: TEST_PATH })}</p>
      <div className="grid gap-1">
        <label className="label" htmlFor={id}>
          {t('worker')}
        </label>
        <select id={id} className="field" value={worker} onChange={(event) => setWorker(event.target.value)}>
          <option value="">{t('any')}</option>
          {workers.data?.items.map((one) => (
            <option key={one.id} value={one.name}>
              {one.online ? one.name : bulk('offline', { name: one.name })}
            </option>
          ))}
        </select>
      </div>
      {start.error !== null && <Problem error={start.error} />}
      <div className="flex justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          {common('cancel')}
        </button>
        <button type="submit" className="button button-primary" disabled={start.isPending}>
          {t('start')}
        </button>
      </div>
    </form>
  )
}
