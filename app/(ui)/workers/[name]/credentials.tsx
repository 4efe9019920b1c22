'use client'

import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Dialog } from '#components/dialog'
import { useFormat } from '#components/format'
import { Loading, Problem } from '#components/states'
import { Ago } from '#components/time'
import { endWorkerToken } from '#lib/contract/worker'
import { api } from '../../queries'
import { Enrol } from '../enrol'
import { useChange, useCredentials } from '../queries'

/** With what a worker signs in, and the way to end it or to make a new one. */
export function Credentials({ name, mayEnrol }: { name: string; mayEnrol: boolean }) {
  const t = useTranslations('workers.credentials')
  const format = useFormat()
  const common = useTranslations('common')
  const { data, error, isPending, refetch } = useCredentials(name, true)
  const [enrolling, setEnrolling] = useState(false)
  const [ending, setEnding] = useState<{ id: string; name: string } | null>(null)
  const end = useChange((token: string) => api.call(endWorkerToken, { params: { name, token } }))
  return (
    <section className="panel" aria-label={t('title')}>
      <div className="border-line flex items-center justify-between gap-3 border-b px-4 py-3">
        <h2>{t('title')}</h2>
        {mayEnrol && (
          <button type="button" className="button" onClick={() => setEnrolling(true)}>
            {t('again')}
          </button>
        )}
      </div>
      {isPending ? (
        <Loading rows={2} />
      ) : error !== null ? (
        <div className="p-4">
          <Problem error={error} retry={() => void refetch()} />
        </div>
      ) : (
        <div className="divide-line divide-y text-sm">
          <div className="space-y-2 px-4 py-3">
            <h3 className="font-medium">{t('tokens')}</h3>
            {data.tokens.length === 0 && <p className="text-muted">{t('noTokens')}</p>}
            <ul className="space-y-3">
              {data.tokens.map((token) => (
                <li key={token.id} className="flex items-start justify-between gap-3">
                  <div className="min-w-0">
                    <p className="break-words">{token.name}</p>
                    <p className="text-muted text-xs">
                      {token.worker === null ? t('whole', { owner: data.owner }) : t('thisWorker')}
                      {token.createdBy !== null && ` · ${t('madeBy', { who: token.createdBy })}`} · {t('lastUsed')}{' '}
                      {token.lastUsedAt === null ? t('never') : <Ago date={token.lastUsedAt} />} ·{' '}
                      {token.expiresAt === null ? t('noEnd') : `${t('ends')} ${format.at(token.expiresAt)}`}
                    </p>
                  </div>
                  {mayEnrol && token.worker !== null && (
                    <button type="button" className="button button-danger" onClick={() => setEnding(token)}>
                      {t('end')}
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </div>
          <div className="space-y-2 px-4 py-3">
            <h3 className="font-medium">{t('keys', { owner: data.owner })}</h3>
            {data.keys.length === 0 && <p className="text-muted">{t('noKeys')}</p>}
            <ul className="space-y-2">
              {data.keys.map((key) => (
                <li key={key.sha256}>
                  <p className="break-words">
                    {key.name} <span className="text-muted">{key.type}</span>
                  </p>
                  <p className="text-muted text-xs break-all">
                    {t('fingerprint')} SHA256:{key.sha256} · {t('added')} <Ago date={key.addedAt} />
                  </p>
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {enrolling && <Enrol name={name} onClose={() => setEnrolling(false)} />}
      <Dialog title={t('end')} open={ending !== null} onClose={() => setEnding(null)}>
        <p className="mb-4 text-sm">{t('endSure', { name: ending?.name ?? '' })}</p>
        {end.error !== null && <Problem error={end.error} />}
        <div className="flex justify-end gap-2">
          <button type="button" className="button" onClick={() => setEnding(null)}>
            {common('cancel')}
          </button>
          <button
            type="button"
            className="button button-danger"
            disabled={end.isPending}
            onClick={() => ending !== null && end.mutate(ending.id, { onSuccess: () => setEnding(null) })}
          >
            {t('end')}
          </button>
        </div>
      </Dialog>
    </section>
  )
}
