'use client'

import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { z } from 'zod'
import { Field } from '#components/form'
import { Empty, Loading, PageProblem, Problem } from '#components/states'
import { updateMe, type me as meSchema } from '#lib/contract/session'
import { THEMES, type Scope, type Theme } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { isLocale, LOCALES } from '#lib/core/locale'
import { KeysPanel } from '../admin/keys-panel'
import { PasswordPanel } from '../admin/password-panel'
import { useRoleName } from '../admin/role-name'
import { SessionsPanel } from '../admin/sessions-panel'
import { TokensPanel } from '../admin/tokens-panel'
import { api, useMe } from '../queries'
import { useChange } from '../workers/queries'

type Me = z.output<typeof meSchema>

/** Everybody's own page: how one is called and told of things, how the pages look, and all with which one signs in. */
export function OwnAccount() {
  const t = useTranslations('admin.account')
  const shell = useTranslations('shell')
  const { data: me, error, isPending, refetch } = useMe()
  if (isPending) return <Loading />
  if (error !== null) return <PageProblem title={t('title')} error={error} retry={() => void refetch()} />
  if (me === null)
    return (
      <>
        <h1 className="mb-4">{t('title')}</h1>
        <section className="panel">
          <Empty title={t('signIn')}>
            <Link className="link" href="/sign-in?to=/account">
              {shell('signIn')}
            </Link>
          </Empty>
        </section>
      </>
    )
  return (
    <div className="mx-auto max-w-3xl space-y-6">
      <h1>{t('title')}</h1>
      <About me={me} />
      <PasswordPanel username={me.username} own has={me.hasPassword} />
      <SessionsPanel username={me.username} mayEnd />
      <TokensPanel username={me.username} scope={me.scope} mayChange />
      <KeysPanel username={me.username} mayChange />
      <May me={me} />
    </div>
  )
}

function About({ me }: { me: Me }) {
  const t = useTranslations('admin.account')
  const router = useRouter()
  const [form, setForm] = useState({
    displayName: me.displayName,
    email: me.email ?? '',
    language: me.language ?? '',
    theme: me.theme ?? '',
  })
  const save = useChange(() =>
    api.call(updateMe, {
      body: {
        displayName: form.displayName,
        email: form.email.trim() || null,
        language: form.language || null,
        theme: THEMES.find((one) => one === form.theme) ?? null,
      },
    }),
  )
  const complaints = (key: string) => (save.error instanceof CroftError ? (save.error.fields[key] ?? []) : [])
  const set = (key: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm({ ...form, [key]: event.target.value })
  const apply = () => {
    if (isLocale(form.language))
      document.cookie = `croft-locale=${form.language}; path=/; max-age=31536000; samesite=lax`
    const theme: Theme | undefined = THEMES.find((one) => one === form.theme)
    if (theme !== undefined) {
      document.documentElement.dataset.theme = theme
      localStorage.setItem('croft-theme', theme)
    }
    router.refresh()
  }
  return (
    <form
      className="panel space-y-4 p-4"
      aria-label={t('about')}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(undefined, { onSuccess: apply })
      }}
    >
      <h2>{t('about')}</h2>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t('displayName')} error={complaints('displayName')}>
          {(field) => (
            <input
              {...field}
              className="field"
              required
              dir="auto"
              autoComplete="name"
              value={form.displayName}
              onChange={set('displayName')}
            />
          )}
        </Field>
        <Field label={t('email')} help={t('emailHint')} error={complaints('email')}>
          {(field) => (
            <input
              {...field}
              type="email"
              className="field"
              autoComplete="email"
              value={form.email}
              onChange={set('email')}
            />
          )}
        </Field>
        <Field label={t('language')}>
          {(field) => (
            <select {...field} className="field" value={form.language} onChange={set('language')}>
              <option value="">{t('asBrowser')}</option>
              {LOCALES.map((locale) => (
                <option key={locale} value={locale} lang={locale}>
                  {t(`languages.${locale}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('theme')}>
          {(field) => (
            <select {...field} className="field" value={form.theme} onChange={set('theme')}>
              <option value="">{t('asBrowser')}</option>
              {THEMES.map((theme) => (
                <option key={theme} value={theme}>
                  {t(theme)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {save.error !== null && <Problem error={save.error} />}
      {save.isSuccess && (
        <p role="status" className="text-good text-sm">
          {t('saved')}
        </p>
      )}
      <button type="submit" className="button" disabled={save.isPending}>
        {t('save')}
      </button>
    </form>
  )
}

function May({ me }: { me: Me }) {
  const t = useTranslations('admin.account')
  const words = useTranslations('admin.permissions')
  const roleName = useRoleName()
  const given = (Object.entries(me.scope) as [keyof Scope, Record<string, boolean>][])
    .map(([namespace, names]) => ({
      namespace,
      names: Object.entries(names).flatMap(([name, allowed]) => (allowed ? [name] : [])),
    }))
    .filter(({ names }) => names.length > 0)
  return (
    <section className="panel space-y-2 p-4 text-sm" aria-label={t('may')}>
      <h2>{t('may')}</h2>
      <p>{t('role', { role: roleName(me.role) })}</p>
      {given.length === 0 ? (
        <p className="text-muted">{t('nothing')}</p>
      ) : (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
          {given.map(({ namespace, names }) => (
            <div key={namespace} className="contents">
              <dt className="text-muted">{words(`namespaces.${namespace}`)}</dt>
              <dd>
                <code className="text-[0.92em]">{names.join(', ')}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}
