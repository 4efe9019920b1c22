'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Dialog } from '#components/dialog'
import { Field } from '#components/form'
import { Loading, Problem } from '#components/states'
import { Ago } from '#components/time'
import { addKey, removeKey } from '#lib/contract/account'
import { api } from '../queries'
import { useChange } from '../workers/queries'
import { useKeys } from './queries'

/** The public keys of an account. */
export function KeysPanel({ username, mayChange }: { username: string; mayChange: boolean }) {
  const t = useTranslations('admin.keys')
  const { data, error, isPending, refetch } = useKeys(username)
  const [adding, setAdding] = useState(false)
  const remove = useChange((sha256: string) => api.call(removeKey, { params: { username }, query: { sha256 } }))
  return (
    <section className="panel" aria-label={t('title')}>
      <div className="border-line flex items-center justify-between gap-3 border-b px-4 py-3">
        <div>
          <h2>{t('title')}</h2>
          <p className="text-muted text-xs">{t('text')}</p>
        </div>
        {mayChange && (
          <button type="button" className="button" onClick={() => setAdding(true)}>
            {t('add')}
          </button>
        )}
      </div>
      {remove.error !== null && <Problem error={remove.error} />}
      {isPending ? (
        <Loading rows={2} />
      ) : error !== null ? (
        <div className="p-4">
          <Problem error={error} retry={() => void refetch()} />
        </div>
      ) : data.items.length === 0 ? (
        <p className="text-muted px-4 py-3 text-sm">{t('none')}</p>
      ) : (
        <ul className="divide-line divide-y text-sm">
          {data.items.map((key) => (
            <li key={key.sha256} className="flex items-start justify-between gap-3 px-4 py-3">
              <div className="min-w-0">
                <p className="font-medium break-words" dir="auto">
                  {key.name} <span className="text-muted font-normal">{key.type}</span>
                </p>
                <p className="text-muted text-xs break-all">
                  SHA256:{key.sha256} · <Ago date={key.addedAt} />
                </p>
              </div>
              {mayChange && (
                <button
                  type="button"
                  className="button"
                  aria-label={t('removeOne', { name: key.name })}
                  disabled={remove.isPending}
                  onClick={() => remove.mutate(`SHA256:${key.sha256}`)}
                >
                  {t('remove')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {adding && <NewKey username={username} onClose={() => setAdding(false)} />}
    </section>
  )
}

function NewKey({ username, onClose }: { username: string; onClose: () => void }) {
  const t = useTranslations('admin.keys')
  const common = useTranslations('common')
  const [key, setKey] = useState('')
  const [name, setName] = useState('')
  const add = useChange(() =>
    api.call(addKey, { params: { username }, body: { key, ...(name.trim() !== '' && { name }) } }),
  )
  return (
    <Dialog title={t('add')} open onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate(undefined, { onSuccess: onClose })
        }}
      >
        <Field label={t('key')} help={t('keyHint')}>
          {(field) => (
            <textarea
              {...field}
              className="field font-mono text-xs"
              required
              rows={4}
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('name')}>
          {(field) => (
            <input {...field} className="field" value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        {add.error !== null && <Problem error={add.error} />}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {common('cancel')}
          </button>
          <button type="submit" className="button button-primary" disabled={add.isPending}>
            {t('add')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
