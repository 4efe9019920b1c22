'use client'

import { Plus } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useDeferredValue, useState } from 'react'
import { Field } from '#components/form'
import { ListPanel } from '#components/list-panel'
import { Empty } from '#components/states'
import { Ago } from '#components/time'
import { CUSTOM_ROLE, ROLES, type Role } from '#lib/core/access'
import { useMay } from '../../queries'
import { useAccounts } from '../queries'
import { useRoleName } from '../role-name'
import { NewAccount } from './new-account'

const ALL_ROLES: (Role | typeof CUSTOM_ROLE)[] = [...ROLES, CUSTOM_ROLE]
const STATE = {
  q: parseAsString.withDefault(''),
  role: parseAsStringLiteral(ALL_ROLES),
  state: parseAsStringLiteral(['enabled', 'disabled'] as const),
}

export function AccountList() {
  const t = useTranslations('admin.accounts')
  const roleName = useRoleName()
  const mayCreate = useMay('users.create')
  const [creating, setCreating] = useState(false)
  const [filter, setFilter] = useQueryStates(STATE, { history: 'replace', throttleMs: 200 })
  const list = useAccounts(
    useDeferredValue({
      q: filter.q || undefined,
      role: filter.role === null ? undefined : [filter.role],
      state: filter.state ?? undefined,
    }),
  )
  const accounts = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-end gap-3">
        <Field label={t('search')}>
          {(field) => (
            <input
              {...field}
              type="search"
              className="field w-56"
              placeholder={t('searchHint')}
              value={filter.q}
              onChange={(event) => void setFilter({ q: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('role')}>
          {(field) => (
            <select
              {...field}
              className="field"
              value={filter.role ?? ''}
              onChange={(event) =>
                void setFilter({ role: ALL_ROLES.find((one) => one === event.target.value) ?? null })
              }
            >
              <option value="">{t('allRoles')}</option>
              {ALL_ROLES.map((role) => (
                <option key={role} value={role}>
                  {roleName(role)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('state')}>
          {(field) => (
            <select
              {...field}
              className="field"
              value={filter.state ?? ''}
              onChange={(event) =>
                void setFilter({
                  state:
                    event.target.value === 'enabled' || event.target.value === 'disabled' ? event.target.value : null,
                })
              }
            >
              <option value="">{t('all')}</option>
              <option value="enabled">{t('enabled')}</option>
              <option value="disabled">{t('disabled')}</option>
            </select>
          )}
        </Field>
        {mayCreate && (
          <button type="button" className="button button-primary ml-auto" onClick={() => setCreating(true)}>
            <Plus aria-hidden className="size-4" /> {t('new')}
          </button>
        )}
      </div>
      <ListPanel
        label={t('about')}
        query={list}
        empty={
          accounts.length === 0 ? (
            <Empty title={t('none')}>
              <p>{t('noneText')}</p>
            </Empty>
          ) : null
        }
      >
        <div className="overflow-x-auto" role="region" aria-label={t('name')} tabIndex={0}>
          <table className="data-table">
            <thead>
              <tr>
                {(['name', 'role', 'email', 'state', 'since'] as const).map((key) => (
                  <th key={key} scope="col">
                    {t(key)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {accounts.map((one) => (
                <tr key={one.id}>
                  <td className="min-w-32 break-words">
                    <Link className="link" href={`/admin/accounts/${encodeURIComponent(one.username)}`}>
                      {one.username}
                    </Link>
                    {one.displayName !== one.username && (
                      <span className="text-muted block text-xs" dir="auto">
                        {one.displayName}
                      </span>
                    )}
                  </td>
                  <td className="whitespace-nowrap">{roleName(one.role)}</td>
                  <td className="break-all">{one.email}</td>
                  <td className={one.disabled === null ? 'text-good' : 'text-warn'}>
                    {t(one.disabled === null ? 'enabled' : 'disabled')}
                  </td>
                  <td className="whitespace-nowrap">
                    <Ago date={one.createdAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </ListPanel>
      {creating && <NewAccount onClose={() => setCreating(false)} />}
    </div>
  )
}
