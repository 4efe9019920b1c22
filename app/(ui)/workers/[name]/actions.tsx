'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Dialog } from '#components/dialog'
import { Field } from '#components/form'
import { Problem } from '#components/states'
import { useMay } from '../../queries'
import { useConfigure, type Worker } from '../queries'
import { QuietForm } from './quiet-form'

type Asked = 'drain' | 'cordon' | 'disable' | 'quiet'

/** What may be done with a worker: by its owner, and by those who may change workers. */
export function Actions({ worker, own }: { worker: Worker; own: boolean }) {
  const t = useTranslations('workers.actions')
  const mayAll = useMay('workers.update')
  const [asked, setAsked] = useState<Asked | null>(null)
  const configure = useConfigure(worker.name)
  if (!mayAll && !own) return null
  const close = () => setAsked(null)
  const draining = worker.cordoned?.draining === true
  return (
    <div className="flex flex-wrap gap-2">
      {!draining && (
        <button type="button" className="button" onClick={() => setAsked('drain')}>
          {t('drain')}
        </button>
      )}
      {worker.cordoned === null ? (
        <button type="button" className="button" onClick={() => setAsked('cordon')}>
          {t('cordon')}
        </button>
      ) : (
        <button
          type="button"
          className="button button-primary"
          disabled={configure.isPending}
          onClick={() => configure.mutate({ cordoned: null })}
        >
          {t('uncordon')}
        </button>
      )}
      <button type="button" className="button" onClick={() => setAsked('quiet')}>
        {t('quiet')}
      </button>
      {mayAll &&
        (worker.disabled === null ? (
          <button type="button" className="button button-danger" onClick={() => setAsked('disable')}>
            {t('disable')}
          </button>
        ) : (
          <button
            type="button"
            className="button button-primary"
            disabled={configure.isPending}
            onClick={() => configure.mutate({ disabled: null })}
          >
            {t('enable')}
          </button>
        ))}
      {configure.error !== null && <Problem error={configure.error} />}
      {asked === 'quiet' ? (
        <Dialog title={t('quietTitle', { name: worker.name })} open onClose={close}>
          <QuietForm worker={worker} onClose={close} />
        </Dialog>
      ) : (
        asked !== null && (
          <Dialog title={t(`${asked}Title`, { name: worker.name })} open onClose={close}>
            <ReasonForm worker={worker} what={asked} onClose={close} />
          </Dialog>
        )
      )}
    </div>
  )
}

function ReasonForm({ worker, what, onClose }: { worker: Worker; what: Exclude<Asked, 'quiet'>; onClose: () => void }) {
  const t = useTranslations('workers.actions')
  const common = useTranslations('common')
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState('')
  const configure = useConfigure(worker.name)
  const submit = () =>
    configure.mutate(
      what === 'disable'
        ? { disabled: { reason } }
        : {
            cordoned: {
              reason,
              until: until === '' ? null : new Date(until).toISOString(),
              drain: what === 'drain',
            },
          },
      { onSuccess: onClose },
    )
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <p className="text-muted text-sm">{t(`${what}Text`)}</p>
      <Field label={t('reason')} help={t('reasonHint')}>
        {(field) => (
          <input
            {...field}
            className="field"
            required
            maxLength={1000}
            dir="auto"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {what !== 'disable' && (
        <Field label={t('until')} help={t('untilHint')}>
          {(field) => (
            <input
              {...field}
              type="datetime-local"
              className="field"
              value={until}
              onChange={(event) => setUntil(event.target.value)}
            />
          )}
        </Field>
      )}
      {configure.error !== null && <Problem error={configure.error} />}
      <div className="flex justify-end gap-2">
        <button type="button" className="button" onClick={onClose}>
          {common('cancel')}
        </button>
        <button type="submit" className="button button-primary" disabled={configure.isPending}>
          {t(what)}
        </button>
      </div>
    </form>
  )
}
