'use client'

import { Check, Copy } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Dialog } from '#components/dialog'
import { useFormat } from '#components/format'
import { Field } from '#components/form'
import { Problem } from '#components/states'
import { enrolWorker } from '#lib/contract/worker'
import { CroftError } from '#lib/core/error'
import { api } from '../queries'
import { useChange, useWorker } from './queries'

const LASTS = [7, 30, 90, 365]

/** Lets a machine in: a name, and then the one command to paste there; it waits until the machine has called. */
export function Enrol({ name: known, onClose }: { name?: string; onClose: () => void }) {
  const t = useTranslations('workers.enrol')
  const common = useTranslations('common')
  const [name, setName] = useState(known ?? '')
  const [owner, setOwner] = useState('')
  const [days, setDays] = useState(90)
  const enrol = useChange(() =>
    api.call(enrolWorker, {
      params: { name: name.trim() },
      body: { owner: owner.trim() || null, endsAt: new Date(Date.now() + days * 86_400_000).toISOString() },
    }),
  )
  const made = enrol.data
  const complaints = enrol.error instanceof CroftError ? (enrol.error.fields.name ?? []) : []
  return (
    <Dialog title={known === undefined ? t('title') : t('againTitle', { name: known })} open onClose={onClose}>
      {made !== undefined ? (
        <Command {...made} onClose={onClose} />
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault()
            enrol.mutate(undefined)
          }}
        >
          <p className="text-muted text-sm">{t('text')}</p>
          {known === undefined && (
            <>
              <Field label={t('name')} help={t('nameHint')} error={complaints}>
                {(field) => (
                  <input
                    {...field}
                    className="field"
                    required
                    autoComplete="off"
                    pattern="[A-Za-z0-9][A-Za-z0-9._\-]{2,99}"
                    value={name}
                    onChange={(event) => setName(event.target.value)}
                  />
                )}
              </Field>
              <Field label={t('owner')} help={t('ownerHint')}>
                {(field) => (
                  <input
                    {...field}
                    className="field"
                    autoComplete="off"
                    value={owner}
                    onChange={(event) => setOwner(event.target.value)}
                  />
                )}
              </Field>
            </>
          )}
          <Field label={t('lasts')}>
            {(field) => (
              <select
                {...field}
                className="field"
                value={days}
                onChange={(event) => setDays(Number(event.target.value))}
              >
                {LASTS.map((one) => (
                  <option key={one} value={one}>
                    {t('days', { days: one })}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {enrol.error !== null && <Problem error={enrol.error} />}
          <div className="flex justify-end gap-2">
            <button type="button" className="button" onClick={onClose}>
              {common('cancel')}
            </button>
            <button type="submit" className="button button-primary" disabled={enrol.isPending}>
              {t('make')}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

type Made = { worker: string; command: string; endsAt: string }

function Command({ worker, command, endsAt, onClose }: Made & { onClose: () => void }) {
  const t = useTranslations('workers.enrol')
  const format = useFormat()
  const [copied, setCopied] = useState(false)
  const [since] = useState(() => Date.now())
  const { data } = useWorker(worker, { every: 2_000 })
  const here = data?.online === true && data.lastSeenAt !== null && Date.parse(data.lastSeenAt) > since - 2_000
  return (
    <div className="space-y-4">
      <div>
        <div className="mb-1 flex items-center justify-between gap-2">
          <h3 className="text-sm font-medium">{t('command')}</h3>
          <button
            type="button"
            className="button"
            onClick={() => void navigator.clipboard.writeText(command).then(() => setCopied(true))}
          >
            {copied ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
            {t(copied ? 'copied' : 'copy')}
          </button>
        </div>
        <pre
          className="bg-sunken max-h-48 overflow-auto rounded-lg p-3 font-mono text-xs break-all whitespace-pre-wrap"
          data-testid="command"
          tabIndex={0}
          role="region"
          aria-label={t('command')}
        >
          {command}
        </pre>
        <p className="text-muted mt-1 text-xs">{t('once', { name: worker, date: format.at(endsAt) })}</p>
      </div>
      <p role="status" className={`text-sm font-medium ${here ? 'text-good' : 'text-muted'}`}>
        {here ? t('here', { name: worker }) : t('waiting', { name: worker })}
      </p>
      <div className="flex justify-end gap-2">
        {here && (
          <Link className="button" href={`/workers/${encodeURIComponent(worker)}`} onClick={onClose}>
            {t('open', { name: worker })}
          </Link>
        )}
        <button type="button" className="button button-primary" onClick={onClose}>
          {t('done')}
        </button>
      </div>
    </div>
  )
}
