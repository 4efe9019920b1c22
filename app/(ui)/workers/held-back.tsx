'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { z } from 'zod'
import { Dialog } from '#components/dialog'
import { useFormat } from '#components/format'
import { Field } from '#components/form'
import { Problem } from '#components/states'
import { Ago } from '#components/time'
import { addPause, endPause, resetBreaker, type breaker, type pause } from '#lib/contract/rules'
import { PAUSE_SCOPES, type PauseScope } from '#lib/core/matching'
import { api, useBreakers, useMay, usePauses } from '../queries'
import { useChange } from './queries'

function PauseRow({ one }: { one: z.output<typeof pause> }) {
  const t = useTranslations('workers.held')
  const format = useFormat()
  const mayAll = useMay('workers.update')
  const maySchedule = useMay('schedules.update')
  const end = useChange(() => api.call(endPause, { params: { id: one.id } }))
  const scope = t(`scopes.${one.scope}`)
  return (
    <li className="flex items-start justify-between gap-3 px-4 py-3 text-sm">
      <div className="min-w-0">
        <p className="font-medium break-words">
          {one.scope === 'farm' ? t('farmPaused') : t('paused', { scope, subject: one.subject })}
        </p>
        <p className="text-muted break-words" dir="auto">
          {one.reason} · {one.author}, <Ago date={one.createdAt} /> ·{' '}
          {one.until === null ? t('untilEnded') : t('until', { when: format.at(one.until) })}
        </p>
        {end.error !== null && <Problem error={end.error} />}
      </div>
      {(mayAll || (maySchedule && one.scope === 'schedule')) && (
        <button
          type="button"
          className="button"
          aria-label={t('end', { subject: one.subject === '' ? scope : one.subject })}
          disabled={end.isPending}
          onClick={() => end.mutate(undefined)}
        >
          {t('endShort')}
        </button>
      )}
    </li>
  )
}

function BreakerRow({ one }: { one: z.output<typeof breaker> }) {
  const t = useTranslations('workers.held')
  const reason = useTranslations('workers.reasons')
  const format = useFormat()
  const may = useMay('workers.update')
  const reset = useChange(() => api.call(resetBreaker, { query: { kind: one.kind, subject: one.subject } }))
  return (
    <li className="flex items-start justify-between gap-3 px-4 py-3 text-sm">
      <div className="min-w-0">
        <p className="font-medium break-words">
          {t('broken', { scope: t(`scopes.${one.kind}`), subject: one.subject, count: one.failures })}
        </p>
        <p className="text-muted break-words">
          {t('since', { when: format.at(one.since) })},{' '}
          <Link className="link" href={`/tasks/${one.lastTaskId}`}>
            {t('last')}
          </Link>{' '}
          {t('because', { reason: reason(one.lastReasonCode) })} ·{' '}
          {one.probe === null ? (
            t('tryAt', { when: format.at(one.retryAt) })
          ) : (
            <Link className="link" href={`/tasks/${one.probe}`}>
              {t('trying')}
            </Link>
          )}
        </p>
        {reset.error !== null && <Problem error={reset.error} />}
      </div>
      {may && (
        <button
          type="button"
          className="button"
          aria-label={t('reset', { subject: one.subject })}
          disabled={reset.isPending}
          onClick={() => reset.mutate(undefined)}
        >
          {t('resetShort')}
        </button>
      )}
    </li>
  )
}

function PauseForm({ onClose }: { onClose: () => void }) {
  const t = useTranslations('workers.held')
  const common = useTranslations('common')
  const [scope, setScope] = useState<PauseScope>('task_type')
  const [subject, setSubject] = useState('')
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState('')
  const add = useChange(() => {
    const end = until === '' ? null : new Date(until).toISOString()
    return api.call(addPause, { body: { scope, subject: scope === 'farm' ? '' : subject, reason, until: end } })
  })
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        add.mutate(undefined, { onSuccess: onClose })
      }}
    >
      <p className="text-muted text-sm">{t('text')}</p>
      <Field label={t('what')}>
        {(field) => (
          <select
            {...field}
            className="field"
            value={scope}
            onChange={(event) => setScope(event.target.value as PauseScope)}
          >
            {PAUSE_SCOPES.map((value) => (
              <option key={value} value={value}>
                {t(`scopes.${value}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {scope !== 'farm' && (
        <Field label={t('name')}>
          {(field) => (
            <input
              {...field}
              className="field"
              required
              value={subject}
              onChange={(event) => setSubject(event.target.value)}
            />
          )}
        </Field>
      )}
      <Field label={t('why')}>
        {(field) => (
          <input
            {...field}
            className="field"
            required
            dir="auto"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('untilLabel')} help={t('untilHint')}>
        {(field) => (
          <input
            {...field}
            className="field"
            type="datetime-local"
            value={until}
            onChange={(event) => setUntil(event.target.value)}
          />
        )}
      </Field>
      {add.error !== null && <Problem error={add.error} />}
      <div className="flex justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          {common('cancel')}
        </button>
        <button type="submit" className="button button-primary" disabled={add.isPending}>
          {t('submit')}
        </button>
      </div>
    </form>
  )
}

/** What holds tasks back: pauses and open breakers, and the way to end them for those who may. `always`: also when there is nothing. */
export function HeldBack({ always = false }: { always?: boolean }) {
  const t = useTranslations('workers.held')
  const pauses = usePauses()
  const breakers = useBreakers()
  const may = useMay('workers.update')
  const [open, setOpen] = useState(false)
  const error = pauses.error ?? breakers.error
  const [held, broken] = [pauses.data?.items ?? [], breakers.data?.items ?? []]
  const nothing = held.length + broken.length === 0
  if (!always && !may && error === null && nothing) return null
  return (
    <section className="panel mb-4" aria-label={t('title')}>
      <div className="flex items-center justify-between gap-3 px-4 py-3">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <h2>{t('title')}</h2>
          {error === null && nothing && <p className="text-muted text-sm">{t('none')}</p>}
        </div>
        {may && (
          <button type="button" className="button" onClick={() => setOpen(true)}>
            {t('pause')}
          </button>
        )}
      </div>
      {error !== null ? (
        <div className="p-4">
          <Problem error={error} />
        </div>
      ) : (
        !nothing && (
          <ul className="divide-line border-line divide-y border-t">
            {held.map((one) => (
              <PauseRow key={one.id} one={one} />
            ))}
            {broken.map((one) => (
              <BreakerRow key={`${one.kind} ${one.subject}`} one={one} />
            ))}
          </ul>
        )
      )}
      <Dialog title={t('pauseTitle')} open={open} onClose={() => setOpen(false)}>
        <PauseForm onClose={() => setOpen(false)} />
      </Dialog>
    </section>
  )
}
