'use client'

import { useMutation } from '@tanstack/react-query'
import { Check, Copy, Link2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useId, useState } from 'react'
import { Dialog } from '#components/dialog'
import { useFormat } from '#components/format'
import { Problem } from '#components/states'
import { createLink } from '#lib/contract/task-page'
import { api, useMe } from '../../queries'

const DAYS = [1, 7, 30, 90] as const

/** Makes a signed link to the requester's page of a task. */
export function Share({ id }: { id: string }) {
  const t = useTranslations('task')
  const { data: me } = useMe()
  const [open, setOpen] = useState(false)
  if (me === null || me === undefined) return null
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        <Link2 aria-hidden className="size-4" /> {t('share.button')}
      </button>
      <Dialog title={t('share.title')} open={open} onClose={() => setOpen(false)}>
        <Make id={id} />
      </Dialog>
    </>
  )
}

function Make({ id }: { id: string }) {
  const t = useTranslations('task')
  const format = useFormat()
  const [days, setDays] = useState('30')
  const [copied, setCopied] = useState(false)
  const ids = { days: useId(), link: useId() }
  const make = useMutation({
    mutationFn: () => api.call(createLink, { params: { id }, body: { days: Number(days) } }),
    onSuccess: () => setCopied(false),
  })
  return (
    <div className="space-y-4 text-sm">
      <p>{t('share.lead')}</p>
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <div className="grid flex-1 gap-1">
          <label className="label" htmlFor={ids.days}>
            {t('share.days')}
          </label>
          <select id={ids.days} className="field" value={days} onChange={(event) => setDays(event.target.value)}>
            {DAYS.map((count) => (
              <option key={count} value={count}>
                {t('share.dayCount', { count })}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" className="button button-primary" disabled={make.isPending}>
          {t('share.make')}
        </button>
      </form>
      {make.error !== null && <Problem error={make.error} />}
      {make.data !== undefined && (
        <div role="status" className="space-y-2">
          <label className="label" htmlFor={ids.link}>
            {t('share.link')}
          </label>
          <div className="flex gap-2">
            <input
              id={ids.link}
              className="field min-w-0 flex-1 font-mono text-xs"
              readOnly
              dir="ltr"
              value={make.data.url}
              onFocus={(event) => event.target.select()}
            />
            <button
              type="button"
              className="button"
              onClick={() => void navigator.clipboard.writeText(make.data.url).then(() => setCopied(true))}
            >
              {copied ? <Check aria-hidden className="text-good size-4" /> : <Copy aria-hidden className="size-4" />}
              {copied ? t('share.copied') : t('share.copy')}
            </button>
          </div>
          <p className="text-muted">{t('share.until', { at: format.at(make.data.expiresAt) })}</p>
        </div>
      )}
    </div>
  )
}
