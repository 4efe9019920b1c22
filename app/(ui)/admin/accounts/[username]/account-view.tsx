'use client'

import { ArrowLeft } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { z } from 'zod'
import { useFormat } from '#components/format'
import { Field } from '#components/form'
import { Loading, Problem } from '#components/states'
import { deleteAccount, updateAccount, type accountDetails } from '#lib/contract/account'
import { CUSTOM_ROLE, type Scope } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { api, useMay, useMe } from '../../../queries'
import { useChange } from '../../../workers/queries'
import { Confirm } from '../../confirm'
import { KeysPanel } from '../../keys-panel'
import { PasswordPanel } from '../../password-panel'
import { Permissions } from '../../permissions'
import { useAccount } from '../../queries'
import { useRoleName } from '../../role-name'
import { SessionsPanel } from '../../sessions-panel'
import { TokensPanel } from '../../tokens-panel'
import { useGivenRoles } from '../new-account'

type Details = z.output<typeof accountDetails>

export function AccountView({ username }: { username: string }) {
  const t = useTranslations('admin.accounts')
  const { data, error, isPending, refetch } = useAccount(username)
  const { data: me } = useMe()
  const mayUpdate = useMay('users.update')
  const mayPassword = useMay('users.change_password')
  const mayKeys = useMay('workers.ssh_keys')
  if (isPending) return <Loading />
  if (error !== null) return <Problem error={error} retry={() => void refetch()} />
  // What only administrators may do with an administrator is not offered to others.
  const within = me?.role === 'admin' || data.role !== 'admin'
  const own = me?.username === username
  return (
    <div className="space-y-6">
      <Link className="link inline-flex items-center gap-1 text-sm" href="/admin/accounts">
        <ArrowLeft aria-hidden className="size-4" /> {t('back')}
      </Link>
      <Head account={data} mayChange={within && !own} />
      <Form key={username} account={data} mayChange={mayUpdate && within} />
      {(own || (mayPassword && within)) && <PasswordPanel username={username} own={own} has={data.hasPassword} />}
      <SessionsPanel username={username} mayEnd={own || (mayUpdate && within)} />
      <TokensPanel username={username} scope={data.scope} mayChange={own || (mayUpdate && within)} />
      {(own || mayKeys) && <KeysPanel username={username} mayChange={own || within} />}
    </div>
  )
}

function Head({ account, mayChange }: { account: Details; mayChange: boolean }) {
  const t = useTranslations('admin.accounts')
  const format = useFormat()
  const router = useRouter()
  const mayUpdate = useMay('users.update')
  const mayDelete = useMay('users.delete')
  const [asked, setAsked] = useState<'disable' | 'delete' | null>(null)
  const [typed, setTyped] = useState('')
  const { username, disabled } = account
  const change = useChange((to: { reason: string } | null) =>
    api.call(updateAccount, { params: { username }, body: { disabled: to } }),
  )
  const remove = useChange(async () => {
    await api.call(deleteAccount, { params: { username } })
    // Before what is shown is read again: there is nothing here any more.
    router.push('/admin/accounts')
  })
  const close = () => {
    setAsked(null)
    setTyped('')
  }
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-lg break-all">{username}</h2>
        <div className="flex flex-wrap gap-2">
          {mayChange &&
            mayUpdate &&
            (disabled === null ? (
              <button type="button" className="button" onClick={() => setAsked('disable')}>
                {t('disable')}
              </button>
            ) : (
              <button
                type="button"
                className="button button-primary"
                disabled={change.isPending}
                onClick={() => change.mutate(null)}
              >
                {t('enable')}
              </button>
            ))}
          {mayChange && mayDelete && (
            <button type="button" className="button button-danger" onClick={() => setAsked('delete')}>
              {t('delete')}
            </button>
          )}
        </div>
      </div>
      {disabled !== null && (
        <p className="border-warn rounded-lg border px-4 py-3 text-sm" role="status" dir="auto">
          {t('disabledBecause', {
            when: format.at(disabled.since),
            by: disabled.by ?? 'none',
            reason: disabled.reason ?? '–',
          })}
        </p>
      )}
      {account.workers.length > 0 && (
        <p className="text-sm">
          <span className="text-muted">{t('workers')}: </span>
          {account.workers.map((name, index) => (
            <span key={name}>
              {index > 0 && ', '}
              <Link className="link" href={`/workers/${encodeURIComponent(name)}`}>
                {name}
              </Link>
            </span>
          ))}
        </p>
      )}
      {asked === 'disable' && (
        <Confirm
          title={`${t('disable')}: ${username}`}
          text={t('disableText', { name: username })}
          action={t('disable')}
          pending={change.isPending}
          error={change.error}
          onConfirm={() => change.mutate({ reason: typed }, { onSuccess: close })}
          onClose={close}
        >
          <Field label={t('why')}>
            {(field) => (
              <input
                {...field}
                className="field"
                required
                dir="auto"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
        </Confirm>
      )}
      {asked === 'delete' && (
        <Confirm
          title={`${t('delete')}: ${username}`}
          text={t('deleteText', { name: username })}
          action={t('delete')}
          pending={remove.isPending}
          error={remove.error}
          ready={typed === username}
          onConfirm={() => remove.mutate(undefined)}
          onClose={close}
        >
          <Field label={t('deleteName')}>
            {(field) => (
              <input
                {...field}
                className="field"
                required
                autoComplete="off"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
        </Confirm>
      )}
    </div>
  )
}

function Form({ account, mayChange }: { account: Details; mayChange: boolean }) {
  const t = useTranslations('admin.accounts')
  const roleName = useRoleName()
  const roles = useGivenRoles()
  const { data: me } = useMe()
  const [form, setForm] = useState({
    displayName: account.displayName,
    email: account.email ?? '',
    role: account.role,
  })
  const [scope, setScope] = useState(account.scope as Scope)
  const save = useChange(() => {
    const role = roles.find((one) => one === form.role)
    return api.call(updateAccount, {
      params: { username: account.username },
      body: {
        ...(form.displayName !== account.displayName && { displayName: form.displayName }),
        ...(form.email !== (account.email ?? '') && { email: form.email.trim() || null }),
        ...(form.role === CUSTOM_ROLE ? { scope: scope } : role !== undefined && role !== account.role && { role }),
      },
    })
  })
  const complaints = (key: string) => (save.error instanceof CroftError ? (save.error.fields[key] ?? []) : [])
  const set = (key: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm({ ...form, [key]: event.target.value })
  const choices = [...new Set([account.role, ...roles, CUSTOM_ROLE])]
  return (
    <form
      className="panel space-y-4 p-4"
      aria-label={t('about')}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(undefined)
      }}
    >
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label={t('displayName')} error={complaints('displayName')}>
          {(field) => (
            <input
              {...field}
              className="field"
              required
              dir="auto"
              readOnly={!mayChange}
              value={form.displayName}
              onChange={set('displayName')}
            />
          )}
        </Field>
        <Field label={t('email')} error={complaints('email')}>
          {(field) => (
            <input
              {...field}
              type="email"
              className="field"
              readOnly={!mayChange}
              value={form.email}
              onChange={set('email')}
            />
          )}
        </Field>
        <Field label={t('role')} error={complaints('role')}>
          {(field) => (
            <select {...field} className="field" disabled={!mayChange} value={form.role} onChange={set('role')}>
              {choices.map((role) => (
                <option key={role} value={role}>
                  {roleName(role)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {form.role === CUSTOM_ROLE && (
        <>
          <p className="text-muted text-xs">{t('scopeHint')}</p>
          <Permissions scope={scope} most={mayChange ? (me?.scope ?? {}) : {}} onChange={setScope} />
        </>
      )}
      {save.error !== null && <Problem error={save.error} />}
      {save.isSuccess && (
        <p role="status" className="text-good text-sm">
          {t('saved')}
        </p>
      )}
      {mayChange && (
        <button type="submit" className="button" disabled={save.isPending}>
          {t('save')}
        </button>
      )}
    </form>
  )
}
