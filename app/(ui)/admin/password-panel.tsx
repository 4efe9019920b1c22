'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Field } from '#components/form'
import { Problem } from '#components/states'
import { changePassword } from '#lib/contract/account'
import { api } from '../queries'
import { useChange } from '../workers/queries'

/** Changes one's own password, with the current one, or sets another's anew. */
export function PasswordPanel({ username, own, has }: { username: string; own: boolean; has: boolean }) {
  const t = useTranslations('admin.password')
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useChange(() =>
    api.call(changePassword, { params: { username }, body: { ...(own && { current }), next } }),
  )
  return (
    <section className="panel p-4" aria-label={t('title')}>
      <h2 className="mb-3">{t('title')}</h2>
      {!has && <p className="text-muted mb-3 text-sm">{t('none')}</p>}
      {(has || !own) && (
        <form
          className="grid max-w-sm gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            change.mutate(undefined, {
              onSuccess: () => {
                setCurrent('')
                setNext('')
              },
            })
          }}
        >
          <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
          {own && (
            <Field label={t('current')}>
              {(field) => (
                <input
                  {...field}
                  type="password"
                  className="field"
                  required
                  autoComplete="current-password"
                  value={current}
                  onChange={(event) => setCurrent(event.target.value)}
                />
              )}
            </Field>
          )}
          <Field label={t('next')} help={own ? t('nextHint') : `${t('nextHint')}. ${t('keep', { name: username })}`}>
            {(field) => (
              <input
                {...field}
                type="password"
                className="field"
                required
                minLength={8}
                autoComplete="new-password"
                value={next}
                onChange={(event) => setNext(event.target.value)}
              />
            )}
          </Field>
          {change.error !== null && <Problem error={change.error} />}
          {change.isSuccess && (
            <p role="status" className="text-good text-sm">
              {t('changed')}
            </p>
          )}
          <button type="submit" className="button w-fit" disabled={change.isPending}>
            {t(own ? 'change' : 'reset')}
          </button>
        </form>
      )}
    </section>
  )
}
