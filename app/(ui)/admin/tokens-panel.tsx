'use client'

import { Check, Copy } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Dialog } from '#components/dialog'
import { useFormat } from '#components/format'
import { Field } from '#components/form'
import { Loading, Problem } from '#components/states'
import { Ago } from '#components/time'
import { createApiToken, endApiToken } from '#lib/contract/account'
import type { Scope } from '#lib/core/access'
import { api } from '../queries'
import { useChange } from '../workers/queries'
import { Confirm } from './confirm'
import { Permissions, permissionsIn } from './permissions'
import { useTokens } from './queries'

/** The tokens of an account; a new one is shown once. */
export function TokensPanel({ username, scope, mayChange }: { username: string; scope: Scope; mayChange: boolean }) {
  const t = useTranslations('admin.tokens')
  const format = useFormat()
  const { data, error, isPending, refetch } = useTokens(username)
  const [making, setMaking] = useState(false)
  const [ending, setEnding] = useState<{ id: string; name: string } | null>(null)
  const end = useChange((id: string) => api.call(endApiToken, { params: { username, id } }))
  return (
    <section className="panel" aria-label={t('title')}>
      <div className="border-line flex items-center justify-between gap-3 border-b px-4 py-3">
        <div>
          <h2>{t('title')}</h2>
          <p className="text-muted text-xs">{t('text')}</p>
        </div>
        {mayChange && (
          <button type="button" className="button" onClick={() => setMaking(true)}>
            {t('new')}
          </button>
        )}
      </div>
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
          {data.items.map((token) => (
            <li key={token.id} className="flex items-start justify-between gap-3 px-4 py-3">
              <div className="min-w-0">
                <p className="font-medium break-words" dir="auto">
                  {token.name}
                </p>
                <p className="text-muted text-xs">
                  {token.worker !== null
                    ? t('worker', { worker: token.worker })
                    : token.scope === null
                      ? t('all')
                      : t('limited', { count: permissionsIn(token.scope) })}
                  {' · '}
                  {token.expiresAt === null ? t('noEnd') : t('until', { when: format.at(token.expiresAt) })}
                  {' · '}
                  {token.lastUsedAt === null ? (
                    t('never')
                  ) : (
                    <>
                      {t('lastUsed')} <Ago date={token.lastUsedAt} />
                    </>
                  )}
                  {token.createdBy !== null && ` · ${t('madeBy', { who: token.createdBy })}`}
                </p>
              </div>
              {mayChange && (
                <button
                  type="button"
                  className="button"
                  aria-label={t('endOne', { name: token.name })}
                  onClick={() => setEnding(token)}
                >
                  {t('end')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {making && <NewToken username={username} scope={scope} onClose={() => setMaking(false)} />}
      {ending !== null && (
        <Confirm
          title={t('endOne', { name: ending.name })}
          text={t('endText', { name: ending.name })}
          action={t('end')}
          pending={end.isPending}
          error={end.error}
          onConfirm={() => end.mutate(ending.id, { onSuccess: () => setEnding(null) })}
          onClose={() => setEnding(null)}
        />
      )}
    </section>
  )
}

const LASTS = [7, 30, 90, 365]

function NewToken({ username, scope: most, onClose }: { username: string; scope: Scope; onClose: () => void }) {
  const t = useTranslations('admin.tokens')
  const common = useTranslations('common')
  const [name, setName] = useState('')
  const [days, setDays] = useState(90)
  const [limited, setLimited] = useState(false)
  const [scope, setScope] = useState<Scope>({})
  const [copied, setCopied] = useState(false)
  const make = useChange(() =>
    api.call(createApiToken, {
      params: { username },
      body: {
        name,
        expiresAt: days === 0 ? null : new Date(Date.now() + days * 86_400_000).toISOString(),
        scope: limited ? (scope as Record<string, Record<string, boolean>>) : null,
      },
    }),
  )
  if (make.data !== undefined) {
    const { token } = make.data
    return (
      <Dialog title={t('new')} open onClose={onClose}>
        <div className="space-y-4">
          <p className="text-sm font-medium">{t('shown')}</p>
          <div className="flex items-center gap-2">
            <output
              aria-label={t('token')}
              data-testid="token"
              className="bg-sunken min-w-0 flex-1 rounded-lg p-3 font-mono text-xs break-all"
            >
              {token}
            </output>
            <button
              type="button"
              className="button"
              onClick={() => void navigator.clipboard.writeText(token).then(() => setCopied(true))}
            >
              {copied ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
              {t(copied ? 'copied' : 'copy')}
            </button>
          </div>
          <div className="flex justify-end">
            <button type="button" className="button button-primary" onClick={onClose}>
              {t('done')}
            </button>
          </div>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog title={t('new')} open onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate(undefined)
        }}
      >
        <Field label={t('name')}>
          {(field) => (
            <input
              {...field}
              className="field"
              required
              maxLength={200}
              dir="auto"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('ends')}>
          {(field) => (
            <select {...field} className="field" value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {LASTS.map((one) => (
                <option key={one} value={one}>
                  {t('days', { days: one })}
                </option>
              ))}
              <option value={0}>{t('forever')}</option>
            </select>
          )}
        </Field>
        <label className="flex min-h-6 items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4"
            checked={limited}
            onChange={(event) => setLimited(event.target.checked)}
          />
          {t('limit')}
        </label>
        {limited && <Permissions scope={scope} most={most} onChange={setScope} />}
        {make.error !== null && <Problem error={make.error} />}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {common('cancel')}
          </button>
          <button type="submit" className="button button-primary" disabled={make.isPending}>
            {t('make')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
