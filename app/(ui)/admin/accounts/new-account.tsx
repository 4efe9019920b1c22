'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Dialog } from '#components/dialog'
import { Field } from '#components/form'
import { Problem } from '#components/states'
import { createAccount } from '#lib/contract/account'
import { ROLES, type Role, type Scope } from '#lib/core/access'
import { CroftError } from '#lib/core/error'
import { api, useMe } from '../../queries'
import { useChange } from '../../workers/queries'
import { Permissions } from '../permissions'
import { useRoleName } from '../role-name'

const CUSTOM = 'custom'

/** The roles that somebody may give: an administrator's only by an administrator. */
export function useGivenRoles(): Role[] {
  const { data: me } = useMe()
  return ROLES.filter((role) => role !== 'admin' || me?.role === 'admin')
}

export function NewAccount({ onClose }: { onClose: () => void }) {
  const t = useTranslations('admin.accounts')
  const common = useTranslations('common')
  const roleName = useRoleName()
  const roles = useGivenRoles()
  const { data: me } = useMe()
  const [form, setForm] = useState({ username: '', displayName: '', email: '', password: '', role: 'viewer' })
  const [scope, setScope] = useState<Scope>({})
  const create = useChange(() =>
    api.call(createAccount, {
      body: {
        username: form.username,
        ...(form.displayName.trim() !== '' && { displayName: form.displayName }),
        email: form.email.trim() || null,
        password: form.password || null,
        role: roles.find((one) => one === form.role) ?? 'viewer',
        ...(form.role === CUSTOM && { scope: scope }),
      },
    }),
  )
  const complaints = (key: string) => (create.error instanceof CroftError ? (create.error.fields[key] ?? []) : [])
  const set = (key: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm({ ...form, [key]: event.target.value })
  return (
    <Dialog title={t('new')} open onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate(undefined, { onSuccess: onClose })
        }}
      >
        <Field label={t('username')} help={t('usernameHint')} error={complaints('username')}>
          {(field) => (
            <input
              {...field}
              className="field"
              required
              autoComplete="off"
              value={form.username}
              onChange={set('username')}
            />
          )}
        </Field>
        <Field label={t('displayName')} error={complaints('displayName')}>
          {(field) => (
            <input {...field} className="field" dir="auto" value={form.displayName} onChange={set('displayName')} />
          )}
        </Field>
        <Field label={t('email')} help={t('emailHint')} error={complaints('email')}>
          {(field) => <input {...field} type="email" className="field" value={form.email} onChange={set('email')} />}
        </Field>
        <Field label={t('password')} help={t('passwordHint')} error={complaints('password')}>
          {(field) => (
            <input
              {...field}
              type="password"
              className="field"
              autoComplete="new-password"
              minLength={8}
              value={form.password}
              onChange={set('password')}
            />
          )}
        </Field>
        <Field label={t('role')} help={t('roleHint')} error={complaints('role')}>
          {(field) => (
            <select {...field} className="field" value={form.role} onChange={set('role')}>
              {[...roles, CUSTOM].map((role) => (
                <option key={role} value={role}>
                  {roleName(role)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {form.role === CUSTOM && (
          <>
            <p className="text-muted text-xs">{t('scopeHint')}</p>
            <Permissions scope={scope} most={me?.scope ?? {}} onChange={setScope} />
          </>
        )}
        {create.error !== null && <Problem error={create.error} />}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {common('cancel')}
          </button>
          <button type="submit" className="button button-primary" disabled={create.isPending}>
            {t('create')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
