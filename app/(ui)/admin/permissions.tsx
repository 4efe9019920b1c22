'use client'

import { useTranslations } from 'next-intl'
import { PERMISSIONS, type Namespace, type Scope } from '#lib/core/access'

const NAMESPACES = Object.entries(PERMISSIONS) as [Namespace, readonly string[]][]

/** Permissions by namespace, to tick. What is beyond `most` cannot be given. */
export function Permissions({
  scope,
  most,
  onChange,
}: {
  scope: Scope
  most: Scope
  onChange: (scope: Scope) => void
}) {
  const t = useTranslations('admin.permissions')
  return (
    <div role="group" aria-label={t('label')} className="grid gap-3 sm:grid-cols-2">
      {NAMESPACES.map(([namespace, names]) => (
        <fieldset key={namespace} className="border-line rounded-lg border px-3 pb-2">
          <legend className="label px-1">{t(`namespaces.${namespace}`)}</legend>
          {names.map((name) => {
            const may = most[namespace]?.[name] === true
            return (
              <label key={name} className={`flex min-h-6 items-center gap-2 text-sm ${may ? '' : 'text-muted'}`}>
                <input
                  type="checkbox"
                  className="size-4"
                  disabled={!may}
                  checked={scope[namespace]?.[name] === true}
                  onChange={(event) =>
                    onChange({ ...scope, [namespace]: { ...scope[namespace], [name]: event.target.checked } })
                  }
                />
                <code className="text-[0.92em]">{name}</code>
              </label>
            )
          })}
        </fieldset>
      ))}
    </div>
  )
}

/** How many permissions a scope gives. */
export const permissionsIn = (scope: Scope) =>
  Object.values(scope).reduce((sum, names) => sum + Object.values(names).filter(Boolean).length, 0)
